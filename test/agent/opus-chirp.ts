// One second of a chirp of 300 to 3000 Hz as bare Opus frames of 20 ms (libopus, 20 kbit/s), and the same chirp as samples.
import { fromBase64 } from '../../schemas/envelope.ts';

/** Frames with their length before them, u16 big-endian. */
const packed =
  'AEb4ymOS3zdTsqtuOIU1E5Xxs2pM/CSLOi3pbftiNSuLLPuya4h72ypewqTWUWhKpP9+93JYimeMUFGMzOFNmjd9PmxoTX6VACf4wvrbAsmpCKKbIMUs4598w5BZuZMymPDH8aG9ptqBfOKP0fPeVwMALPirKZvV1md4ZUYlnwvyH+2XEHZ8DBLZ73i97MMSPSOfZDqJaObOm0aN4nWyADP4rX2PzTeV83VmzxvJCgEmAvGica9Pf+UySrnAKcWMRWjWO1MK5a3PCW16yaSORiRrPaUAM/itfY/R6T/5ETNZlhiQ93kbxe1jnVv2vqmWNXH1e3fwZ5hSojCgcus4HbXQbMmMkGtfmwAz+K19QT+4P8pCbFxBk5IO5hsSKfFN5jtAwSPdJ2X7MeOHnfnYWf9r+2Jkzg/LzoM8BTOTADP4q3ht6wpF2wAzSDP50iOdT+b+LIWiMDf56qS5+TqVURoneHsgTdkf1+59p2CoC3Orh4oAM/iwYfHZLVswHJbCrb/S/gCvtN+O6dduQg5LXhW6NQtmsvtfEo5exJePTugC3KfQ8LADhgAz+Kyb5s8IDHO98UUklxt59IPerZTDIy5/XDqfe8H2dz/HwpOGkKn7VGTQV44GojnD//OBADP4mvRSD2zB9FXOFfJlLXO6ytnAe56TGU+O9nWmesO7XpFGEneBER8Dw67EAWETlyd7od0AM/ia3OGipNLOmgtl/YAgrjtVPwBwTg7RC1j46OnVN8+Z5/Hz1QOTmPAbo/yGOQUqJ2vq2QAz+Jr0OqBbMwVcMK9gA1RMAwAk9dHRiX2jTNVaKqHvdhQqmx1+jf2LqPNd/n+G3U76JxDUADP4nNa+SfjxycpvEfCI6rJOHXxmM77JacnruZLsbDkAbDRqb7pRThqJr+2++s37W0KPvtMAM/icGaMfAkxEcuD7ewar/m1sklv+hmO1U/lwyC2Z62dnUfCuNPGrZeWN6shXR7u6f4u/0AAz+JzWzLQLdk0EyCBWJ5GgdWtVLPUsxrfd6Q1j8xR+RIPpkauI1A7x4J9gnunqSlnoEobOADP4nBmiyGspkI/ppdDxs0iSJ1+jkG3skUciaRZCMgOGxOywEWafsY/j9sJLx+DVqJW0YswAM/ic1QQxm3ZJyMLxURV7r8fzoS98W1oTK/9jj5KA+K3fIO//pOW1YmJtmK8HmcdDm2/WygAz+Jwnl1C5CL/t6dZMV+sGo7dofhRYQFd3Nxmnluh+Aa2VGU4g7ENpTHPkFTJ3fOQ3g1PIADP4nObHZrxP3EaeTEYkzgv7Fw6xj/GU2vxRryu66e2dnVUlZTiP1IJs4lKrJbNBmPPaRsYAM/icL8frQOIzzzWqCELCdCAeAfRtyK+ufVt7TI7IUoP5ExlkWFuxyHVNUPtPbhFeSMzyxQAz+JzMOLdg358Lnps2jrou3lCFchcPGgT4me4AdDvQ5WWu0WvYIC1jyslBxVWAL3JRrvXDADP4nCavAZI/nhP63y1/HZo4hJ4z0x8TQnKLIFGtppccLGc/ibVUIyfSw9k3aJuJrTibcsIAM/icy58tYjZpBssAhy8S2op7ZrsWmZWjVAk5S71g9PZwj6o+wPVu93o2jEhlNy0zrunjwQAz+J03SKbc5cpxIhXEgaXu8k5M+xNXXYkqLw7POYXvT/g9PVUvvThbbBQFMHcQG2iP9ufAADP4htvkPgUb3r1vaCoP4NJXZM1x7YM9OavEL8b8gjbvG3AmDQUNyvLu3oxoTWIUwAPRhO8AM/iHduWcX3grXpEsSxeYjAAtRVwt9hJdntM4A/QSfxX9UcC8a/PqJgWnJJrU23OyDWYn7gAz+IfXM70UZzVYhh50i0ji6fxgiO/OuPi5NHQR39HPDo02NqJjEIsYxOEE7L/HlHimF1PtADP4h3YywfzGZE+SXsPz3CV94f27XuYNk1JNQSuwJ0hOprCKQwuLtgnril3noDnaQiUcluwAM/iH0+fHv6DfOST/9TQvhw1J8iK/cqE9/rTdhOpA9tRaqoIgq6DJj+5PtiBkdJyhXsjoawAz+IbMRxwVRr8AtNxRqs8veHXc4KNHqLUAcLopLRcN7xZgkSfOGCYlgC9QvbtSTcrUmvRrADP4iAIrmUcQP6cEcxX2+Bwqy+5ixZzYgycsrkUlGvq/F7El2xohrgbC21zX+NpTeWPVNeoAM/iHcDaB9JqrbQ4IAtLrgC4ePFP1yk9A0RHL1ua2jxVj9VBo/+jgDmguW22DkMKcszdhaQAz+Id1bJRH1WB+1t/5I762nQUyIi7WLgnqVOAPKx3r1UeVDU8tEspbTA3AM0Tf6mFsswlpADP4h9N0uDpnj+4PNecrvhO/iVWSGreNwG5M+eQ+rHA6xWAVKBB+p8WUpd8546YW+GcXIugAM/iHihSU9KO4mkeBN8hGAkWB67O3LWlHew4uVn8LPVkZ6iY+ha+zyWGPjsBGxlX2b9ZPZwAz+IeKBUdq1SICDZmbOqzQX5lccZGyGenrzx9ag4OoqStipT6UpUqzAoR9SCkYPZaV5kbnADP4h4NSMwHTT76NqMwjyUPQxeUhpJ0E2MDbEJS+qry0HKvcXBgTfWknAdiDuZUA4RPPemYAM/iHdVWqkEjP6GEcaZZo4Rt6kyP97zx+XFLpoSs60oaVyh4eJZgiRwOuxqilpkQPbqQLxAAz+IeKESLrotePZqP6nd7pMBT+Et+ii9GVW4c5OYE6ggvUQCslCijJUu8u00VEsOPs0KTVADT4h9ZWMnng8P3x1jGOGnpO8isdArvQPeMYNsqUDZN5nKsH9zHcp2ihCMkPIDhUMX+pSpNlADL4iAGh9ZTEK62DtOl6utNRDJSZHGMTACpwqn3YseBgusPioBmVQyfVt/y3bA/p1T9B5AAz+IeJZKGSunO0/Icw/5NLmtPJWwXMIiSFyGENzuEXz+freMYvJ2UW7G6JJN73ED/B86bkADP4h90/rji0rPcPodS6s+bGCh8uMEt/N/Wgd1USQ/XAvJscb+riPTcA86ak+mPTtgxKr+QAM/iH03K2zWt6lNm77CH8BbHTbGb11puWT/wh1O4Mk7dAPKFpUXokuS2AXPWbcaNzzeAJ4wAz+IgE3CKE8a35w5WetQRkSduTY9FpqyNqNPggofEA1cTwP9XM7ZaRCYiXb0lAaPJHspJjADP4h9Hmk4unBMBPc0WyOv0ZGtxAhegVEZgA9iza/VkgTpY9DfTInFlAJP3R5ggNqS4FeeMAM/iIBM7RzxGAj+6UCISFxxVo2HcsR1bE6hZ8jNFYsOmlTVTet1rCPSfCWBclIWKQnYRX4gAz+IfdP62La61A++OVnmBQwwkYVY+WIoXd4TOLiG4oEsR7TLqzILUEJS3fsFmsGawOb/2wADP4h3CynO8yX8ZR0ZypSQ2FURA6aFf/TohyUUVjh4iHqso4FaSVpu7fw8dKIc9pBoRw4WEAM/iH3Zxrl0SGMbZJEdbPsu23xx+YsftSL8GL2ewfoa+H3H35YHx3GhGrzG24+R2YYaFlUQ==';

export function opusFrames(): Uint8Array[] {
  const bytes = fromBase64(packed);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    frames.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return frames;
}

/** What was encoded, with what follows it: the chirp repeats each second. */
export function chirp(samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => {
    const t = (i % 48_000) / 48_000;
    return Math.round(32_767 * 0.6 * Math.sin(2 * Math.PI * (300 * t + (2_700 * t * t) / 2)));
  });
}
