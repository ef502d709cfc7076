// How relays and inputs hang on the lines of one GPIO chip; the same words for both GPIO doors.
import type { AmplifierWiring, BoardInput } from '../board.ts';

export interface PinWiring extends AmplifierWiring {
  /** Line numbers on the chip, as on the header (BCM on a Raspberry Pi). */
  readonly relay1Pin: number;
  readonly relay2Pin: number;
}

export interface InputWiring {
  readonly pin: number;
  /** The input is on while the line is low: a button against ground. */
  readonly activeLow?: boolean;
  /** A resistor inside the chip; as the boot configuration left it when not said. Only the character device can set it. */
  readonly pull?: 'up' | 'down' | 'none';
}

export interface GpioWiring {
  readonly wirings: readonly PinWiring[];
  /** A lamp that flashes during orders. */
  readonly beacon?: { readonly pin: number; readonly activeLow?: boolean };
  /** A cabinet's fan. */
  readonly fan?: { readonly pin: number; readonly activeLow?: boolean };
  readonly inputs?: Readonly<Partial<Record<BoardInput, InputWiring>>>;
  /** True for relay cards that close on a low level. */
  readonly activeLow?: boolean;
  /** Label of the chip, or its path (`/dev/gpiochip0`, character device only); the header's chip when not said. */
  readonly chip?: string;
}

/** An input has to say the same for so long: contacts bounce, and long cables catch bursts. */
export const debounceMs = 50;

/** Inputs in the order they are asked of the chip. */
export function inputsOf({ inputs = {} }: GpioWiring): readonly { readonly input: BoardInput; readonly wiring: InputWiring }[] {
  return (Object.entries(inputs) as [BoardInput, InputWiring][]).map(([input, wiring]) => ({ input, wiring }));
}

/** A pin that has two duties, in words; nothing where each has one. */
export function pinTwiceUsed(gpio: GpioWiring): string | undefined {
  const duties = [
    ...gpio.wirings.flatMap(({ output, relay1Pin, relay2Pin }) => [
      { pin: relay1Pin, duty: `relay 1 of ${output}` },
      { pin: relay2Pin, duty: `relay 2 of ${output}` },
    ]),
    ...(gpio.beacon ? [{ pin: gpio.beacon.pin, duty: 'the beacon' }] : []),
    ...(gpio.fan ? [{ pin: gpio.fan.pin, duty: 'the fan' }] : []),
    ...inputsOf(gpio).map(({ input, wiring }) => ({ pin: wiring.pin, duty: `the ${input} input` })),
  ];
  for (const [i, { pin, duty }] of duties.entries()) {
    const before = duties.slice(0, i).find((one) => one.pin === pin);
    if (before) return `pin ${pin} is both ${before.duty} and ${duty}`;
  }
  return undefined;
}
