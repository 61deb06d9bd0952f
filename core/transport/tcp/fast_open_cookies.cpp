#include "transport/tcp/fast_open_cookies.h"

#include <algorithm>
#include <array>

#include "util/bytes.h"

namespace tapstack::transport::tcp {

wire::TcpFastOpenCookie FastOpenCookies::make(const IpAddress& client,
                                              const IpAddress& server) const {
  const size_t n = client.is_ip4() ? 4 : 16;
  std::array<uint8_t, 32> both;
  std::copy_n(client.octets().begin(), n, both.begin());
  std::copy_n(server.octets().begin(), n, both.begin() + n);
  wire::TcpFastOpenCookie cookie;
  cookie.bytes = 8;
  store_le64(cookie.octets.data(), siphash(key_, std::span(both).first(2 * n)));
  return cookie;
}

bool FastOpenCookies::check(const IpAddress& client, const IpAddress& server,
                            const wire::TcpFastOpenCookie& cookie) const {
  const wire::TcpFastOpenCookie ours = make(client, server);
  return std::ranges::equal(ours.view(), cookie.view());
}

}  // namespace tapstack::transport::tcp
