// Names, services and interfaces, as far as kernel and stack agree.
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/ioctl.h>

#include <string>

#include "check.h"

namespace {

// Asks, and returns the first result as text "address:port/type", or the error's number.
std::string ask(const char* name, const char* service, int flags, int family, int type) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_flags = flags;
  hints.ai_family = family;
  hints.ai_socktype = type;
  const int error = getaddrinfo(name, service, &hints, &list);
  if (error != 0) return std::to_string(error);
  char host[64], port[16];
  getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  std::string text = std::string(host) + ":" + port + "/" + std::to_string(list->ai_socktype);
  freeaddrinfo(list);
  return text;
}

void same(const std::string& got, const std::string& wanted, const char* what) {
  if (got == wanted) {
    check::that(true, what);
  } else {
    std::printf("FAIL %s: got %s, wanted %s\n", what, got.c_str(), wanted.c_str());
    ++check::failures;
  }
}

void addresses() {
  same(ask("10.1.2.3", "80", 0, AF_UNSPEC, SOCK_STREAM), "10.1.2.3:80/1", "an address");
  same(ask("10.1", "80", 0, AF_INET, SOCK_STREAM), "10.0.0.1:80/1", "an address in short");
  same(ask("10.1.2.3", "http", 0, AF_INET, SOCK_STREAM), "10.1.2.3:80/1", "a service");
  same(ask("10.1.2.3", "domain", 0, AF_INET, SOCK_DGRAM), "10.1.2.3:53/2", "a service of UDP");
  same(ask("10.1.2.3", nullptr, 0, AF_INET, 0), "10.1.2.3:0/1", "no service: TCP first");
  same(ask(nullptr, "80", AI_PASSIVE, AF_INET, SOCK_STREAM), "0.0.0.0:80/1", "the wildcard");
  same(ask(nullptr, "80", 0, AF_INET, SOCK_STREAM), "127.0.0.1:80/1", "loopback");
  same(ask("localhost", "80", 0, AF_INET, SOCK_STREAM), "127.0.0.1:80/1", "localhost");
  same(ask("::1", "80", 0, AF_UNSPEC, SOCK_STREAM), "::1:80/1", "an IPv6 address");
  same(ask("10.1.2.3", "80", AI_V4MAPPED, AF_INET6, SOCK_STREAM), "::ffff:10.1.2.3:80/1", "mapped");
}

void errors() {
  const auto number = [](int error) { return std::to_string(error); };
  same(ask(nullptr, nullptr, 0, AF_INET, 0), number(EAI_NONAME), "neither name nor service");
  same(ask("10.1.2.3", "nosuch", 0, AF_INET, SOCK_STREAM), number(EAI_SERVICE), "unknown service");
  same(ask("10.1.2.3", "http", AI_NUMERICSERV, AF_INET, SOCK_STREAM), number(EAI_NONAME),
       "a name where a number is due");
  same(ask("localhost", "80", AI_NUMERICHOST, AF_INET, SOCK_STREAM), number(EAI_NONAME),
       "a name where an address is due");
  same(ask("10.1.2.3", "80", 0, AF_UNIX, SOCK_STREAM), number(EAI_FAMILY), "another family");
  same(ask("10.1.2.3", "80", 0x10000000, AF_INET, SOCK_STREAM), number(EAI_BADFLAGS), "bad flags");
  same(ask(nullptr, "80", AI_CANONNAME, AF_INET, SOCK_STREAM), number(EAI_BADFLAGS),
       "a canonical name of nothing");
  same(ask("10.1.2.3", "80", 0, AF_INET, 77), number(EAI_SOCKTYPE), "unknown type");
  same(ask("::1", "80", 0, AF_INET, SOCK_STREAM), number(EAI_ADDRFAMILY), "IPv6 where IPv4 is due");
}

void older_functions() {
  const hostent* host = gethostbyname("127.0.0.1");
  check::that(host != nullptr && host->h_length == 4 && host->h_addr_list[1] == nullptr,
              "gethostbyname of an address");
  host = gethostbyname("localhost");
  check::that(host != nullptr && std::strcmp(host->h_name, "localhost") == 0, "and of localhost");
  const in_addr loopback{htonl(INADDR_LOOPBACK)};
  host = gethostbyaddr(&loopback, sizeof loopback, AF_INET);
  check::that(host != nullptr && std::strcmp(host->h_name, "localhost") == 0, "gethostbyaddr");
  const servent* service = getservbyname("http", "tcp");
  check::that(service != nullptr && service->s_port == htons(80), "getservbyname");
  char name[64], port[16];
  const check::Address in = check::address(80);
  check::equal(
      getnameinfo(check::any(in), check::address_length, name, sizeof name, port, sizeof port, 0),
      0, "getnameinfo");
  check::that(std::strcmp(name, "localhost") == 0 && std::strcmp(port, "http") == 0, "with names");
  check::equal(getnameinfo(check::any(in), check::address_length, name, 3, nullptr, 0, 0),
               EAI_OVERFLOW, "into too little room");
  check::equal(getnameinfo(check::any(in), 4, name, sizeof name, nullptr, 0, 0), EAI_FAMILY,
               "of a short address");
}

void interfaces() {
  check::equal(if_nametoindex("lo"), 1, "lo is interface 1");
  char name[IF_NAMESIZE] = {};
  check::that(if_indextoname(1, name) != nullptr && std::strcmp(name, "lo") == 0, "and back");
  errno = 0;
  check::equal(if_nametoindex("nosuch0"), 0, "no such interface");
  check::equal(errno, ENODEV, "ENODEV");
  check::that(if_indextoname(250, name) == nullptr && errno == ENXIO, "nor such a number");
  struct if_nameindex* table = if_nameindex();
  check::that(table != nullptr && table[0].if_index == 1, "if_nameindex begins with lo");
  if_freenameindex(table);
  ifaddrs* list = nullptr;
  check::equal(getifaddrs(&list), 0, "getifaddrs");
  bool found = false;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in in;
    std::memcpy(&in, one->ifa_addr, sizeof in);
    found = found ||
            (std::strcmp(one->ifa_name, "lo") == 0 &&
             in.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && (one->ifa_flags & IFF_LOOPBACK) != 0);
  }
  check::that(found, "lists 127.0.0.1 on lo");
  freeifaddrs(list);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  check::equal(ioctl(fd, SIOCGIFINDEX, &request), 0, "SIOCGIFINDEX");
  check::equal(request.ifr_ifindex, 1, "is 1");
  check::equal(ioctl(fd, SIOCGIFADDR, &request), 0, "SIOCGIFADDR");
  check::equal(ioctl(fd, SIOCGIFFLAGS, &request), 0, "SIOCGIFFLAGS");
  check::that((request.ifr_flags & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK),
              "up, loopback");
  std::strcpy(request.ifr_name, "nosuch0");
  check::fails([&] { return ioctl(fd, SIOCGIFMTU, &request); }, ENODEV, "SIOCGIFMTU of nothing");
  close(fd);
}

}  // namespace

int main() {
  addresses();
  errors();
  older_functions();
  interfaces();
  return check::finish();
}
