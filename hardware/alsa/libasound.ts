// libasound.so.2 as it is, called in this process. Loaded only when a card is really wanted; missing is a named state.
import { Failure } from '../host/failure.ts';

type Handle = unknown;
type Out = [Handle];

/** The functions used, with C's own names. Negative answers are errors of the system. */
export interface Libasound {
  snd_pcm_open(pcm: Out, name: string, stream: number, mode: number): number;
  snd_pcm_close(pcm: Handle): number;
  snd_pcm_prepare(pcm: Handle): number;
  snd_pcm_start(pcm: Handle): number;
  snd_pcm_drop(pcm: Handle): number;
  snd_pcm_resume(pcm: Handle): number;
  snd_pcm_writei(pcm: Handle, samples: Int16Array, frames: number): number;
  snd_pcm_readi(pcm: Handle, samples: Int16Array, frames: number): number;
  snd_pcm_rewind(pcm: Handle, frames: number): number;
  snd_pcm_rewindable(pcm: Handle): number;
  snd_pcm_forward(pcm: Handle, frames: number): number;
  snd_pcm_status(pcm: Handle, status: Handle): number;
  snd_pcm_status_malloc(status: Out): number;
  snd_pcm_status_free(status: Handle): void;
  snd_pcm_status_get_state(status: Handle): number;
  snd_pcm_status_get_delay(status: Handle): number;
  snd_pcm_status_get_avail(status: Handle): number;
  snd_pcm_status_get_htstamp(status: Handle, stamp: BigInt64Array): void;
  snd_pcm_hw_params_malloc(params: Out): number;
  snd_pcm_hw_params_free(params: Handle): void;
  snd_pcm_hw_params_any(pcm: Handle, params: Handle): number;
  snd_pcm_hw_params_set_access(pcm: Handle, params: Handle, access: number): number;
  snd_pcm_hw_params_set_format(pcm: Handle, params: Handle, format: number): number;
  snd_pcm_hw_params_set_channels_near(pcm: Handle, params: Handle, channels: [number]): number;
  snd_pcm_hw_params_set_rate(pcm: Handle, params: Handle, rate: number, direction: number): number;
  snd_pcm_hw_params_set_period_size_near(pcm: Handle, params: Handle, frames: [number], direction: [number]): number;
  snd_pcm_hw_params_set_buffer_size_near(pcm: Handle, params: Handle, frames: [number]): number;
  snd_pcm_hw_params_is_batch(params: Handle): number;
  snd_pcm_hw_params(pcm: Handle, params: Handle): number;
  snd_pcm_sw_params_malloc(params: Out): number;
  snd_pcm_sw_params_free(params: Handle): void;
  snd_pcm_sw_params_current(pcm: Handle, params: Handle): number;
  snd_pcm_sw_params_get_boundary(params: Handle, frames: [number | bigint]): number;
  snd_pcm_sw_params_set_start_threshold(pcm: Handle, params: Handle, frames: number | bigint): number;
  snd_pcm_sw_params_set_stop_threshold(pcm: Handle, params: Handle, frames: number | bigint): number;
  snd_pcm_sw_params_set_silence_threshold(pcm: Handle, params: Handle, frames: number): number;
  snd_pcm_sw_params_set_silence_size(pcm: Handle, params: Handle, frames: number | bigint): number;
  snd_pcm_sw_params_set_tstamp_mode(pcm: Handle, params: Handle, mode: number): number;
  snd_pcm_sw_params_set_tstamp_type(pcm: Handle, params: Handle, type: number): number;
  snd_pcm_sw_params(pcm: Handle, params: Handle): number;
  snd_strerror(error: number): string;
}

const prototypes = [
  'int snd_pcm_open(_Out_ void **pcm, const char *name, int stream, int mode)',
  'int snd_pcm_close(void *pcm)',
  'int snd_pcm_prepare(void *pcm)',
  'int snd_pcm_start(void *pcm)',
  'int snd_pcm_drop(void *pcm)',
  'int snd_pcm_resume(void *pcm)',
  'long snd_pcm_writei(void *pcm, const int16_t *samples, unsigned long frames)',
  'long snd_pcm_readi(void *pcm, int16_t *samples, unsigned long frames)',
  'long snd_pcm_rewind(void *pcm, unsigned long frames)',
  'long snd_pcm_rewindable(void *pcm)',
  'long snd_pcm_forward(void *pcm, unsigned long frames)',
  'int snd_pcm_status(void *pcm, void *status)',
  'int snd_pcm_status_malloc(_Out_ void **status)',
  'void snd_pcm_status_free(void *status)',
  'int snd_pcm_status_get_state(void *status)',
  'long snd_pcm_status_get_delay(void *status)',
  'unsigned long snd_pcm_status_get_avail(void *status)',
  'void snd_pcm_status_get_htstamp(void *status, int64_t *stamp)',
  'int snd_pcm_hw_params_malloc(_Out_ void **params)',
  'void snd_pcm_hw_params_free(void *params)',
  'int snd_pcm_hw_params_any(void *pcm, void *params)',
  'int snd_pcm_hw_params_set_access(void *pcm, void *params, int access)',
  'int snd_pcm_hw_params_set_format(void *pcm, void *params, int format)',
  'int snd_pcm_hw_params_set_channels_near(void *pcm, void *params, _Inout_ unsigned int *channels)',
  'int snd_pcm_hw_params_set_rate(void *pcm, void *params, unsigned int rate, int direction)',
  'int snd_pcm_hw_params_set_period_size_near(void *pcm, void *params, _Inout_ unsigned long *frames, _Inout_ int *direction)',
  'int snd_pcm_hw_params_set_buffer_size_near(void *pcm, void *params, _Inout_ unsigned long *frames)',
  'int snd_pcm_hw_params_is_batch(void *params)',
  'int snd_pcm_hw_params(void *pcm, void *params)',
  'int snd_pcm_sw_params_malloc(_Out_ void **params)',
  'void snd_pcm_sw_params_free(void *params)',
  'int snd_pcm_sw_params_current(void *pcm, void *params)',
  'int snd_pcm_sw_params_get_boundary(void *params, _Out_ unsigned long *frames)',
  'int snd_pcm_sw_params_set_start_threshold(void *pcm, void *params, unsigned long frames)',
  'int snd_pcm_sw_params_set_stop_threshold(void *pcm, void *params, unsigned long frames)',
  'int snd_pcm_sw_params_set_silence_threshold(void *pcm, void *params, unsigned long frames)',
  'int snd_pcm_sw_params_set_silence_size(void *pcm, void *params, unsigned long frames)',
  'int snd_pcm_sw_params_set_tstamp_mode(void *pcm, void *params, int mode)',
  'int snd_pcm_sw_params_set_tstamp_type(void *pcm, void *params, int type)',
  'int snd_pcm_sw_params(void *pcm, void *params)',
  'const char *snd_strerror(int error)',
] as const;

export const libraryName = 'libasound.so.2';

/** Load the library. Rejects with Failure driver-missing when koffi or libasound is not on this machine. */
export async function loadLibasound(name = libraryName): Promise<Libasound> {
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(name);
    const bound = prototypes.map((prototype) => library.func(prototype));
    return Object.fromEntries(bound.map((each) => [each.info.name, each])) as unknown as Libasound;
  } catch (error) {
    throw new Failure('driver-missing', `${name} through koffi: ${(error as Error).message}`, error);
  }
}
