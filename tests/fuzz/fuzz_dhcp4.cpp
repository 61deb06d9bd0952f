// A DHCP client that a hostile server talks to: no answer has it read outside of the message, use
// an address that no host can have, or stop asking.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "app/dhcp4_protocol.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tapstack;

void check(const app::Dhcp4Protocol& client) {
  if (client.state() != app::Dhcp4State::kBound && client.next_deadline().is_never()) {
    if (client.state() != app::Dhcp4State::kProbing) std::abort();
  }
  if (!client.has_lease()) return;
  const app::Dhcp4Lease& lease = client.lease();
  const Ip4Address a = lease.address;
  if (a.is_any() || a.is_multicast() || a.is_loopback() || a.is_limited_broadcast()) std::abort();
  if (lease.prefix_length == 0 || lease.prefix_length > 32) std::abort();
  if (lease.renew_at > lease.rebind_at || lease.rebind_at > lease.expires_at) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  app::Dhcp4Settings settings;
  settings.mac = MacAddress{{2, 0, 0, 0, 0, 2}};
  app::Dhcp4Protocol client(settings, std::array<uint8_t, 32>{});
  Instant now = Instant::from_us(1'000'000);
  client.start(now);
  std::array<uint8_t, app::kDhcp4MessageBytes> out;
  while (!input.is_empty()) {
    now = now + Duration::s(input.u8());
    const app::Dhcp4Output sent = client.poll(now, out);
    // An answer to that message, so that it is looked at, with options of the fuzzer's.
    if (sent.bytes != 0) {
      const uint8_t type = input.u8();
      wire::Dhcp4Header h = wire::Dhcp4View::parse(out)->header();
      h.is_reply = true;
      h.yiaddr = {input.u32()};
      std::array<uint8_t, 300> answer;
      wire::Dhcp4Writer writer(answer, h, static_cast<wire::Dhcp4Type>(type % 9));
      const size_t used = 243;  // the fixed part and the type
      const auto options = input.bytes(input.u8() % (answer.size() - used));
      std::copy(options.begin(), options.end(), answer.begin() + used);
      client.input(now, answer);
    }
    if ((input.u8() & 1) != 0) client.on_address_unique();
    check(client);
  }
  return 0;
}
