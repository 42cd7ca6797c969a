import { defineExtensionPoint } from '../../world/rules.ts';
import type { View } from '../../world/transaction.ts';

/** The ARNs of what uses a certificate in this Region and account. */
export type CertificateUsers = (view: View, certificateArn: string) => readonly string[];

/** Services that use certificates, by their names: one that is in use cannot be deleted. */
export const CertificateUsersOf = defineExtensionPoint<CertificateUsers>('acm/certificate-users');

/** All that uses a certificate. */
export const usersOf = (view: View, certificateArn: string): readonly string[] =>
  [...view.extensions(CertificateUsersOf).values()].flatMap((of) => of(view, certificateArn));
