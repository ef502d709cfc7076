// Who may connect now: enrolled, and not denied. Pure over the registry and the deny list.
import type { Identity } from './identities.ts';

export interface Admission {
  /** `box:ID`, `centre:ID`. */
  readonly enrolled: ReadonlySet<string>;
  readonly deniedIdentities: ReadonlySet<string>;
  /** SHA-256 of certificates in DER, lower-case hex. */
  readonly deniedCertificates: ReadonlySet<string>;
}

/** The deny list wins: it is what somebody writes in a hurry. */
export function isAdmitted(admission: Admission, { kind, id }: Identity, certificate: string): boolean {
  const name = `${kind}:${id}`;
  return admission.enrolled.has(name) && !admission.deniedIdentities.has(name) && !admission.deniedCertificates.has(certificate);
}
