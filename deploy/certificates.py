"""How do the servers of a deployment prove who they are? By an authority made for it alone.

`openssl` does the work. The authority's key stays where only the job `keys` sees it; its
certificate goes to everybody. A deployment with an authority of its own mounts its files instead.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from deploy.failure import Failure

AUTHORITY_DAYS = 3650
DAYS = 825

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = {hosts}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def make_authority(folder: Path) -> None:
    """A key and a certificate that vouches for others: `ca.key`, `ca.pem`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, certificate = folder / "ca.key", folder / "ca.pem"
    _openssl("triage", "authority", key, certificate, "-days", str(AUTHORITY_DAYS))


def certified(authority: Path, name: str, hosts: tuple[str, ...] = ()) -> str:
    """A fresh key and its certificate, PEM: a server's for `hosts`, else a client's."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder) / "key", Path(folder) / "certificate"
        vouching = ("-CA", str(authority / "ca.pem"), "-CAkey", str(authority / "ca.key"))
        kind = "server" if hosts else "client"
        _openssl(name, kind, key, certificate, "-days", str(DAYS), *vouching, hosts=hosts)
        return key.read_text() + certificate.read_text()


def _openssl(
    name: str, kind: str, key: Path, certificate: Path, *more: str, hosts: tuple[str, ...] = ()
) -> None:
    names = ", ".join(f"DNS:{host}" for host in hosts)
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as config:
        config.write(CONFIG.format(name=name, hosts=names or "DNS:localhost"))
        config.flush()
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
        files = ("-config", config.name, "-keyout", str(key), "-out", str(certificate))
        command = ["openssl", "req", "-x509", "-extensions", kind, *curve, *files, *more]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        except FileNotFoundError:
            raise Failure("openssl is not there; it makes the certificates") from None
        except subprocess.CalledProcessError as error:
            raise Failure(f"openssl made no certificate for {name}: {error.stderr}") from None
