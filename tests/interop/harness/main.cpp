// tapstack-peer: the host-side peer of the interop tests. See README.md.

#include "tests/interop/harness/options.h"
#include "tests/interop/harness/peer.h"

int main(int argc, char** argv) {
  tapstack::peer::Options options;
  const int status = tapstack::peer::parse_options(argc, argv, options);
  return status >= 0 ? status : tapstack::peer::Peer(options).run();
}
