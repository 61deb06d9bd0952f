#include "socket/layers.h"

namespace tapstack::socket {

Layers::Layers(Random& random) : network(random.key()) {
  tcp.start(random);
  udp.start(random);
  ping.start(random);
  raw.start(random);
}

}  // namespace tapstack::socket
