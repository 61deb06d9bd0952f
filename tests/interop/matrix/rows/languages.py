"""Programs in languages with sockets of their own."""

from ..row import Row, data

PYTHON = "/usr/bin/python3"

# Echoes all that comes at port 6543, a connection at a time or many.
PYTHON_ECHO = """
import socketserver, sys
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        while text := self.request.recv(65536): self.request.sendall(text)
class Server(getattr(socketserver, sys.argv[1])): allow_reuse_address = True; address_family = socketserver.socket.AF_INET{|6}
Server(('', 6543), Echo).serve_forever()
"""
PYTHON_ASYNCIO = """
import asyncio
async def echo(reader, writer):
    while text := await reader.read(65536):
        writer.write(text); await writer.drain()
    writer.close()
async def main():
    await (await asyncio.start_server(echo, '{0.0.0.0|::}', 6543)).serve_forever()
asyncio.run(main())
"""
PYTHON_POOL = """
import multiprocessing, socket
l = socket.create_server(('', 6543), family=socket.AF_INET{|6})
def work():
    while True:
        c, _ = l.accept()
        while text := c.recv(65536): c.sendall(text)
        c.close()
workers = [multiprocessing.Process(target=work, daemon=True) for _ in range(3)]
for w in workers: w.start()
for w in workers: w.join()
"""
PYTHON_CHILD = """
import signal, socket, subprocess
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
l = socket.create_server(('', 6543), family=socket.AF_INET{|6})
while True:
    c, _ = l.accept(); subprocess.Popen(['cat'], stdin=c, stdout=c); c.close()
"""
PYTHON_CLIENT = """
import asyncio, sys
async def main():
    text = open(sys.argv[2], 'rb').read()
    async def one():
        reader, writer = await asyncio.open_connection(sys.argv[1], 6543)
        writer.write(text); writer.write_eof()
        got = await reader.read(); writer.close()
        return got == text
    assert all(await asyncio.gather(*(one() for _ in range(8))))
    sys.stdout.buffer.write(text)
asyncio.run(main())
"""

NODE_ECHO = """
const net = require('net'), cluster = require('cluster');
if (process.argv[2] == 'cluster' && cluster.isPrimary) { for (let n = 0; n < 2; ++n) cluster.fork(); process.on('SIGTERM', () => process.exit()); }
else net.createServer({allowHalfOpen: true}, c => c.pipe(c)).listen(6543, '{0.0.0.0|::}');
"""
NODE_CLIENT = """
const net = require('net'), fs = require('fs');
const text = fs.readFileSync(process.argv[3]);
const c = net.connect(6543, process.argv[2], () => c.end(text));
c.pipe(process.stdout);
"""
NODE_HTTP = """
const http = require('http'), fs = require('fs');
http.createServer((q, a) => fs.createReadStream(process.argv[2]).pipe(a)).listen(8000, '{0.0.0.0|::}');
"""
NODE_GET = "require('http').get({host: process.argv[1], port: 8000}, a => a.pipe(process.stdout))"
NODE_DGRAM = """
const s = require('dgram').createSocket('udp{4|6}');
s.on('message', (m, from) => s.send(m, from.port, from.address)).bind(6543, () => console.log('ready'));
"""
NODE_ASK = """
const s = require('dgram').createSocket('udp{4|6}');
s.on('message', m => { console.log(m + ''); s.close(); });
s.send('hello', 6543, process.argv[2]);
"""

RUBY_ECHO = """
require 'socket'
server = TCPServer.new('{0.0.0.0|::}', 6543)
loop { Thread.new(server.accept) { |c| IO.copy_stream(c, c); c.close } }
"""
RUBY_CLIENT = """
require 'socket'
c = TCPSocket.new(ARGV[0], 6543)
Thread.new { IO.copy_stream(ARGV[1], c); c.close_write }
IO.copy_stream(c, STDOUT)
"""
PERL_ECHO = """
use IO::Socket::IP;
$SIG{CHLD} = 'IGNORE';
my $l = IO::Socket::IP->new(LocalHost => '{0.0.0.0|::}', LocalPort => 6543, Listen => 16, ReuseAddr => 1) or die $!;
while (my $c = $l->accept) {
    if (fork == 0) { while (sysread($c, my $text, 65536)) { my $at = 0; $at += syswrite($c, $text, length($text) - $at, $at) while $at < length $text; } exit }
    close $c;
}
"""
PERL_CLIENT = """
use IO::Socket::IP;
my $c = IO::Socket::IP->new(PeerAddr => $ARGV[0], PeerPort => 6543) or die $!;
open my $f, '<', $ARGV[1]; local $/; my $text = <$f>;
if (fork == 0) { my $at = 0; $at += syswrite($c, $text, length($text) - $at, $at) while $at < length $text; shutdown $c, 1; exit }
print while ($_ = <$c>);
"""
PHP_FILE = "<?php readfile(__DIR__ . '/data');"
PHP_CLIENT = """<?php
$c = stream_socket_client('tcp://' . $argv[1] . ':6543');
stream_set_blocking($c, false);
$text = file_get_contents($argv[2]); $at = 0;
while (!feof($c)) {
    $r = [$c]; $w = $at < strlen($text) ? [$c] : []; $e = [];
    stream_select($r, $w, $e, 5);
    if ($w && $at < strlen($text)) { $at += fwrite($c, substr($text, $at, 65536)); if ($at == strlen($text)) stream_socket_shutdown($c, STREAM_SHUT_WR); }
    if ($r) echo fread($c, 65536);
}
"""
JAVA_ECHO = """
import java.net.*;
public class Echo {
    public static void main(String[] words) throws Exception {
        try (var server = new ServerSocket(6543)) {
            for (;;) {
                var c = server.accept();
                new Thread(() -> { try (c) { c.getInputStream().transferTo(c.getOutputStream()); } catch (Exception e) { e.printStackTrace(); } }).start();
            }
        }
    }
}
"""
JAVA_NIO_CLIENT = """
import java.net.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.file.*;
public class Client {
    public static void main(String[] words) throws Exception {
        var text = ByteBuffer.wrap(Files.readAllBytes(Path.of(words[1])));
        var in = ByteBuffer.allocate(65536);
        var selector = Selector.open();
        var c = SocketChannel.open(new InetSocketAddress(words[0], 6543));
        c.configureBlocking(false);
        var key = c.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        for (;;) {
            selector.select();
            selector.selectedKeys().clear();
            if (text.hasRemaining() && key.isWritable()) {
                c.write(text);
                if (!text.hasRemaining()) { c.shutdownOutput(); key.interestOps(SelectionKey.OP_READ); }
            }
            if (key.isReadable()) {
                in.clear();
                if (c.read(in) < 0) break;
                System.out.write(in.array(), 0, in.position());
            }
        }
        System.out.flush();
    }
}
"""
JAVA_HTTP_SERVER = """
import com.sun.net.httpserver.HttpServer;
import java.net.*;
import java.nio.file.*;
public class Serve {
    public static void main(String[] words) throws Exception {
        var text = Files.readAllBytes(Path.of(words[0]));
        var server = HttpServer.create(new InetSocketAddress(8000), 0);
        server.createContext("/", q -> { q.sendResponseHeaders(200, text.length); q.getResponseBody().write(text); q.close(); });
        server.start();
    }
}
"""
JAVA_HTTP_CLIENT = """
import java.net.*;
import java.net.http.*;
public class Get {
    public static void main(String[] words) throws Exception {
        var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(words[0])).build(), HttpResponse.BodyHandlers.ofByteArray());
        System.out.write(answer.body()); System.out.flush();
    }
}
"""

SOCAT_ECHO = ["socat", "TCP{4|6}-LISTEN:6543,fork,reuseaddr", "EXEC:cat"]
NCAT_CLIENT = ["sh", "-c", "socat -t5 OPEN:{dir}/data!!STDOUT TCP:{[server]}:6543"]


def echo(tool: str, does: str, server: list[str] | str = "", client: list[str] | str = "", **more) -> Row:
    """An exchange of `data` at port 6543 with a server or a client of the language, or both."""
    return Row(tool, does, client or NCAT_CLIENT, server or SOCAT_ECHO, port=6543, want=data, needs=("socat",), **more)


def python(does: str, text: str, *words: str, **more) -> Row:
    return echo("python3", does, [PYTHON, "{dir}/echo.py", *words], [PYTHON, "{dir}/client.py", "{server}",
    "{dir}/data"],
                files={"echo.py": text, "client.py": PYTHON_CLIENT}, **more)  # fmt: skip


def java(does: str, server: list[str] | str, client: list[str] | str, port: int, **files: str) -> Row:
    return Row("java", does, client, server, port=port, want=data, files={f"{name}.java": text for name,
    text in files.items()},
               needs=("java", "javac"), seconds=40)  # fmt: skip


ROWS = [
    python("socketserver, a process for each", PYTHON_ECHO, "ForkingTCPServer"),
    python("socketserver, a thread for each", PYTHON_ECHO, "ThreadingTCPServer"),
    python("asyncio, server and client", PYTHON_ASYNCIO),
    python("multiprocessing, one listener", PYTHON_POOL),
    python("subprocess with the connection", PYTHON_CHILD),
    Row("python3", "http.server and urllib", [PYTHON, "-c",
        "import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen('http://{[server]}:8000/data').read())"],
        [PYTHON, "-m", "http.server", "-b", "{0.0.0.0|::}", "-d", "{dir}", "8000"], port=8000, want=data),
    echo("node", "net, server and client", "node {dir}/echo.js", "node {dir}/client.js {server} {dir}/data",
         files={"echo.js": NODE_ECHO, "client.js": NODE_CLIENT}),
    echo("node", "cluster", "node {dir}/echo.js cluster", files={"echo.js": NODE_ECHO}),
    Row("node", "http, server and client", ["node", "-e", NODE_GET, "{server}"], "node {dir}/http.js {dir}/data",
        port=8000, want=data, files={"http.js": NODE_HTTP}),
    Row("node", "dgram", "node {dir}/ask.js {server}", "node {dir}/dgram.js", ready="ready", want="^hello$",
        files={"dgram.js": NODE_DGRAM, "ask.js": NODE_ASK}),
    echo("ruby", "threads, server and client", "ruby {dir}/echo.rb", "ruby {dir}/client.rb {server} {dir}/data",
         files={"echo.rb": RUBY_ECHO, "client.rb": RUBY_CLIENT}),
    Row("ruby", "webrick and net/http", ["ruby", "-rnet/http", "-e",
        "print Net::HTTP.get(URI('http://{[server]}:8000/data'))"],
        "ruby -run -e httpd {dir} -p 8000 -b {0.0.0.0|::}", port=8000, want=data),
    echo("perl", "IO::Socket, forking server, client", "perl {dir}/echo.pl", "perl {dir}/client.pl {server} {dir}/data",
         files={"echo.pl": PERL_ECHO, "client.pl": PERL_CLIENT}),
    Row("php", "php -S and its streams", ["php", "-r", "readfile('http://{[server]}:8000/file.php');"],
        "php -S {0.0.0.0|[::]}:8000 -t {dir}", port=8000, want=data, files={"file.php": PHP_FILE}),
    echo("php", "stream_select", client="php {dir}/client.php {[server]} {dir}/data", files={"client.php": PHP_CLIENT}),
    java("threads, and NIO's selector", "java {dir}/Echo.java", "java {dir}/Client.java {server} {dir}/data", 6543,
         Echo=JAVA_ECHO, Client=JAVA_NIO_CLIENT),
    java("HttpServer and HttpClient", "java {dir}/Serve.java {dir}/data",
         "java {dir}/Get.java http://{[server]}:8000/data", 8000, Serve=JAVA_HTTP_SERVER, Get=JAVA_HTTP_CLIENT),
]  # fmt: skip
