import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asn1, md, pkcs12, pki } from "node-forge";

/** A certificate authority of one test's own and what it signed: a server's key and certificate for 127.0.0.1. */
export interface Certificates {
  /** The authority's certificate, as PEM. */
  readonly caPath: string;
  /** The certificate of an authority that has signed nothing, as PEM. */
  readonly otherCaPath: string;
  /** The server's private key, then its certificate, as PEM. */
  readonly pemPath: string;
  /** Both in a keystore of PKCS #12. */
  readonly pkcs12Path: string;
  readonly password: string;
}

/** Makes them in this folder. */
export function makeCertificates(folder: string): Certificates {
  const password = "keystore-password";
  const paths = {
    caPath: join(folder, "ca.pem"),
    otherCaPath: join(folder, "other-ca.pem"),
    pemPath: join(folder, "server.pem"),
    pkcs12Path: join(folder, "server.p12"),
  };
  const [authority, other, server] = [makeKeys(), makeKeys(), makeKeys()];
  const caCertificate = sign("test authority", authority, authority, "test authority");
  const certificate = sign("127.0.0.1", server, authority, "test authority");
  const store = pkcs12.toPkcs12Asn1(server.privateKey, [certificate, caCertificate], password, {
    algorithm: "3des",
    friendlyName: "server",
  });
  writeFileSync(paths.caPath, pki.certificateToPem(caCertificate));
  writeFileSync(paths.otherCaPath, pki.certificateToPem(sign("another", other, other, "another")));
  writeFileSync(paths.pemPath, server.pem + pki.certificateToPem(certificate));
  writeFileSync(paths.pkcs12Path, asn1.toDer(store).getBytes(), "latin1");
  return { ...paths, password };
}

interface Keys {
  readonly privateKey: pki.rsa.PrivateKey;
  readonly publicKey: pki.rsa.PublicKey;
  /** The private key in PKCS #8. */
  readonly pem: string;
}

function makeKeys(): Keys {
  const { privateKey: pem, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return { privateKey: pki.privateKeyFromPem(pem), publicKey: pki.publicKeyFromPem(publicKey), pem };
}

/** Valid from an hour ago for two days. */
function sign(name: string, keys: Keys, issuer: Keys, issuerName: string): pki.Certificate {
  const certificate = pki.createCertificate();
  const hourMs = 3_600_000;
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = `00${Date.now().toString(16)}${Math.floor(Math.random() * 1e9).toString(16)}`;
  certificate.validity.notBefore = new Date(Date.now() - hourMs);
  certificate.validity.notAfter = new Date(Date.now() + 47 * hourMs);
  certificate.setSubject([{ name: "commonName", value: name }]);
  certificate.setIssuer([{ name: "commonName", value: issuerName }]);
  certificate.setExtensions(
    keys === issuer
      ? [{ name: "basicConstraints", cA: true }]
      : [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  );
  certificate.sign(issuer.privateKey, md.sha256.create());
  return certificate;
}
