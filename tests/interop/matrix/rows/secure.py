"""TLS, and remote shells and files."""

from tapstack_interop.sshd import Sshd

from ..place import Place
from ..row import Row, brings, data
from .web import CERTIFICATE, OPENSSL

# stunnel unwraps what another stunnel wrapped.
STUNNEL = """
foreground = yes
pid =
[unwrap]
accept = {|:::}8443
connect = {server}:8000
cert = {dir}/both.pem
"""
STUNNEL_CLIENT = """
pid =
foreground = yes
[wrap]
client = yes
accept = {127.0.0.1|::1}:8080
connect = {server}:8443
CAfile = {dir}/cert.pem
verifyChain = yes
"""
STUNNEL_SERVER = ["sh", "-c",
CERTIFICATE + "/usr/bin/python3 -m http.server -b {0.0.0.0|::} -d {dir} 8000 & exec stunnel {dir}/stunnel.conf"]


def ssh_files(place: Place) -> None:
    """Keys, and the configurations of both ends."""
    Sshd(place.folder, place.server, place.server_address)
    (place.folder / "sftp.batch").write_text(f"put {place.path('data')} {place.path('got1')}\nget {place.path('data')} {place.path('got2')}\n")


def ssh(tool: str, does: str, client: list[str] | str, **more) -> Row:
    return Row(tool, does, client, "/usr/sbin/sshd -D -e -f {dir}/sshd_config", port=22, before=ssh_files, root=SSHD,
    **more)


SSHD = "sshd becomes the user who logs in"
OVER_SSH = "ssh -F {dir}/ssh_config"
# sshd executes itself anew and writes its file again.
SSHD_RELOAD = ("pid=$(cat {dir}/sshd.pid); rm {dir}/sshd.pid; "
               "kill -HUP $pid; until [ -s {dir}/sshd.pid ]; do sleep 0.05; done; ssh -F {dir}/ssh_config server cat {dir}/data")  # fmt: skip
GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
}  # fmt: skip
# A repository of `data` is cloned and pushed to.
REPOSITORY = ("export " + " ".join(f"{k}='{v}'" for k,
v in GIT_ENVIRONMENT.items()) + "; rm -rf {dir}/one.git {dir}/work; "
              "git init -q -b main {dir}/work && cp {dir}/data {dir}/work && git -C {dir}/work add . && "
              "git -C {dir}/work commit -qm one && git clone -q --bare {dir}/work {dir}/one.git; ")  # fmt: skip
CLONE = ("git clone -q URL {dir}/got.clone && cmp {dir}/data {dir}/got.clone/data && cd {dir}/got.clone && cp data more && "
         "git add . && git commit -qm two && git push -q origin main && git clone -q URL {dir}/got.again && cat {dir}/got.again/more")  # fmt: skip

RSYNCD = """
use chroot = no
uid = nobody
gid = nogroup
[files]
    path = {dir}/served
    read only = no
"""
# Up into the served folder, down into another.
RSYNC = "mkdir -p {dir}/served {dir}/got.d; chmod 777 {dir}/served; rsync -a HOW {dir}/data URL/got.up && rsync -a HOW URL/got.up {dir}/got.d/down && cat {dir}/got.d/down; rm -r {dir}/served/*"

VSFTPD = """
listen{|_ipv6}=YES
anonymous_enable=YES
no_anon_password=YES
anon_root={dir}/ftp
anon_world_readable_only=NO
anon_upload_enable=YES
write_enable=YES
allow_writeable_chroot=YES
background=NO
listen_port=21
secure_chroot_dir={dir}/empty
nopriv_user=nobody
ftp_username=daemon
seccomp_sandbox=NO
pasv_promiscuous=YES
"""
SMB = """
[global]
    server role = standalone server
    map to guest = Bad User
    guest account = nobody
    disable netbios = yes
    smb ports = 445
    lock directory = {dir}/smb
    state directory = {dir}/smb
    cache directory = {dir}/smb
    pid directory = {dir}/smb
    private dir = {dir}/smb
    ncalrpc dir = {dir}/smb
    log file = {dir}/smb/log
    load printers = no
    printing = bsd
    printcap name = /dev/null
    disable spoolss = yes
[files]
    path = {dir}
    guest ok = yes
    read only = yes
"""


def ftp_folder(place: Place) -> None:
    place.copy_data("ftp/data")
    place.path("empty").mkdir()


def ftp(tool: str, does: str, client: list[str] | str, **more) -> Row:
    return Row(tool, does, client, "/usr/sbin/vsftpd {dir}/vsftpd.conf", port=21, before=ftp_folder,
               files={"vsftpd.conf": VSFTPD}, want=brings("got"), root="vsftpd becomes another user",
               **more)  # fmt: skip


def git_url(scheme: str) -> list[str]:
    return ["sh", "-c", CLONE.replace("URL", scheme)]


ROWS = [
    Row("openssl", "s_server and s_client", ["sh", "-c",
        "printf 'GET /data HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -CAfile {dir}/cert.pem -verify_return_error -connect {[server]}:8443 2>/dev/null | tail -c 300000"],
        OPENSSL, port=8443, want=data, needs=("openssl",)),
    Row("stunnel", "wraps and unwraps HTTP", ["sh", "-c",
        "stunnel {dir}/client.conf 2>/dev/null & curl -sSf --retry 40 --retry-all-errors --retry-delay 1 http://{127.0.0.1|[::1]}:8080/data; s=$?; kill $!; exit $s"],
        STUNNEL_SERVER, port=8443, want=data, files={"stunnel.conf": STUNNEL, "client.conf": STUNNEL_CLIENT},
        needs=("stunnel", "curl", "openssl")),
    ssh("ssh and sshd", "a command", "ssh -F {dir}/ssh_config server cat", stdin="data", want=data),
    Row("ssh and sshd", "a daemon, reloaded", ["sh", "-c", SSHD_RELOAD], "/usr/sbin/sshd -f {dir}/sshd_config", port=22,
        pid_file="sshd.pid", want=data, before=ssh_files, root=SSHD, needs=("ssh",)),
    ssh("scp", "there and back", ["sh", "-c",
        "scp -q -F {dir}/ssh_config {dir}/data server:{dir}/got1 && scp -q -F {dir}/ssh_config server:{dir}/got1 {dir}/got2"],
        want=brings("got1", "got2"), needs=("scp",)),
    ssh("sftp", "there and back", "sftp -F {dir}/ssh_config -b {dir}/sftp.batch server", want=brings("got1", "got2")),
    ssh("rsync", "over ssh", ["sh", "-c", RSYNC.replace("HOW", f"-e '{OVER_SSH}'").replace("URL",
        "server:{dir}/served")], want=data, needs=("rsync",)),
    Row("rsync", "with its daemon", ["sh", "-c", RSYNC.replace("HOW", "").replace("URL", "rsync://{[server]}/files")],
        "rsync --daemon --no-detach --config={dir}/rsyncd.conf", port=873, want=data, files={"rsyncd.conf": RSYNCD},
        root="rsyncd becomes another user"),
    Row("git", "with its daemon", git_url("git://{[server]}/one.git"),
        ["sh", "-c", REPOSITORY + "exec git daemon --reuseaddr --export-all --enable=receive-pack --base-path={dir} {dir}"],
        port=9418, want=data, env=GIT_ENVIRONMENT, needs=("git",)),
    Row("git", "over ssh", git_url("server:{dir}/one.git"),
        ["sh", "-c", REPOSITORY + "exec /usr/sbin/sshd -D -e -f {dir}/sshd_config"], port=22, want=data,
        before=ssh_files, root=SSHD,
        env={**GIT_ENVIRONMENT, "GIT_SSH_COMMAND": OVER_SSH}, needs=("git", "/usr/sbin/sshd")),
    ftp("vsftpd", "to curl, passive", "curl -sSf -o {dir}/got ftp://{[server]}/data"),
    ftp("curl", "FTP, active", "curl -sSf --ftp-port - -o {dir}/got ftp://{[server]}/data"),
    ftp("ftp", "passive", "tnftp -a -V -o {dir}/got ftp://{[server]}/data"),
    ftp("lftp", "FTP", ["lftp", "-c", "open ftp://{[server]}; get data -o {dir}/got"]),
    Row("smbclient and smbd", "a file", ["smbclient", "-N", "-s", "{dir}/smb.conf", "//{server}/files", "-c",
        "get data {dir}/got"],
        "smbd -F --no-process-group -s {dir}/smb.conf", port=445, files={"smb.conf": SMB}, want=brings("got"),
        before=lambda place: place.path("smb").mkdir(), root="smbd becomes another user"),
]  # fmt: skip
