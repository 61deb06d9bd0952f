#include "tests/interop/harness/options.h"

#include <CLI/CLI.hpp>

namespace tapstack::peer {
namespace {

struct Mode {
  const char* name;
  const char* help;
};

constexpr Mode kModes[] = {
    {"echo", "return what comes; many connections"},
    {"udp-echo", "return each datagram to its sender"},
    {"discard", "read and throw away; many connections"},
    {"receive", "one connection: read to the end of file"},
    {"send", "one connection: write --file or --bytes, shut down, wait for the peer's close"},
    {"half-close", "one connection: write --bytes, shut down, read to the end of file"},
    {"reset", "one connection: read --after bytes, then reset it"},
    {"connect", "--count connections to --to, --parallel at a time, each compares its echo"},
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--port", options.port, "port to listen on (0: any, reported)");
  app.add_option("--listen", options.listen, "address to listen on (0.0.0.0)");
  app.add_option("--to", options.to, "ADDR:PORT to connect to instead of listening");
  app.add_option("--file", options.file, "file to send")->check(CLI::ExistingFile);
  app.add_option("--bytes", options.bytes, "bytes of the seeded stream to send");
  app.add_option("--seed", options.seed, "of that stream (1)");
  app.add_option("--rate", options.rate_bytes_per_second, "read at most so many bytes a second");
  app.add_option("--after", options.after, "bytes to read before the reset");
  app.add_option("--count", options.count, "connections to make (1)");
  app.add_option("--parallel", options.parallel, "connections at a time (1)")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--seconds", options.seconds, "end after so long (60)")
      ->check(CLI::Range(0.0, 86'400.0));
}

}  // namespace

int parse_options(int argc, char** argv, Options& options) {
  CLI::App app("host-side peer of the interop tests; reports are JSON objects, one a line",
               "tapstack-peer");
  app.require_subcommand(1);
  app.fallthrough();
  add_options(app, options);
  for (const Mode& mode : kModes) app.add_subcommand(mode.name, mode.help)->fallthrough();
  try {
    app.parse(argc, argv);
    options.mode = app.get_subcommands().front()->get_name();
    if (options.mode == "connect" && options.to.empty()) {
      throw CLI::RequiredError("connect: --to");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return -1;
}

}  // namespace tapstack::peer
