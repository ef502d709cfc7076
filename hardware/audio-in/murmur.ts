// A voice-like sound that is nobody's: syllables of a gliding pitch through a moving resonance, with pauses. Always the same.
import { sampleRateHz } from '../audio-out.ts';

const syllableMs = 220;
const phraseSyllables = 9;
const phrases = 4;
const pauseMs = 700;
/** Of full scale; about −20 dBFS while it speaks. */
const loudness = 0.35;
const harmonics = 16;
const waveSteps = 1024;
const pitchesHz = [118, 132, 110, 148, 124, 104, 140, 128, 112];
const resonancesHz = [520, 730, 410, 880, 610, 470, 790, 560, 680];

/** About eleven seconds that can be repeated without a click. */
export function murmur(): Int16Array {
  const syllable = (syllableMs * sampleRateHz) / 1_000;
  const phrase = phraseSyllables * syllable + (pauseMs * sampleRateHz) / 1_000;
  const out = new Int16Array(phrases * phrase);
  let phase = 0;
  for (let p = 0; p < phrases; p++) {
    for (let s = 0; s < phraseSyllables; s++) {
      const hz = pitchesHz[(s + 2 * p) % pitchesHz.length] ?? 120;
      const wave = voiced(hz, resonancesHz[(s + 4 * p) % resonancesHz.length] ?? 600);
      for (let i = 0; i < syllable; i++) {
        const through = i / syllable;
        phase += (hz * (1 + 0.12 * Math.sin(Math.PI * through))) / sampleRateHz;
        const envelope = Math.sin(Math.PI * through) ** 2;
        out[p * phrase + s * syllable + i] = Math.round(
          32_767 * loudness * envelope * (wave[Math.floor(phase * waveSteps) % waveSteps] ?? 0),
        );
      }
    }
  }
  return out;
}

/** One period of a voice: harmonics, loudest around its resonance. */
function voiced(hz: number, resonanceHz: number): Float32Array {
  const wave = new Float32Array(waveSteps);
  for (let n = 1; n <= harmonics; n++) {
    const distance = (n * hz - resonanceHz) / 260;
    const weight = (0.25 + Math.exp(-distance * distance)) / Math.sqrt(n) / 2.4;
    for (let i = 0; i < waveSteps; i++) wave[i] = (wave[i] ?? 0) + weight * Math.sin((2 * Math.PI * n * i) / waveSteps);
  }
  return wave;
}
