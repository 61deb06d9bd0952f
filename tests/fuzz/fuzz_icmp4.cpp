// The parser of ICMP messages, and of the packet that an error quotes.
#include <cstdlib>
#include <span>

#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapstack::wire;
  const auto icmp = Icmp4View::parse({data, size});
  if (icmp.has_value() != (size >= Icmp4View::kHeaderBytes)) std::abort();
  if (!icmp) return 0;
  if (icmp->data().size() != size - Icmp4View::kHeaderBytes) std::abort();
  (void)icmp->is_checksum_good();
  if (!icmp->is_error()) return 0;
  const auto quoted = Ip4View::parse_quoted(icmp->data());
  if (!quoted) return 0;
  const auto transport = icmp->data().subspan(quoted->header_bytes());
  if (TcpQuote::parse(transport).has_value() && transport.size() < 8) std::abort();
  if (UdpView::parse_quoted(transport).has_value() && transport.size() < 8) std::abort();
  return 0;
}
