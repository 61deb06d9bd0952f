#include "shim/names/exchange.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/unit/wire/dns_message.h"

namespace tapstack::shim::names {
namespace {

using wire::DnsAnswerMaker;
using wire::DnsType;
using wire::name_of;
using Octets = std::vector<uint8_t>;

const wire::DnsQuestion kQuestion{name_of("www.example"), DnsType::kA};

// A name server on the kernel's loopback, over datagrams and streams: what `answer` makes of a
// query goes back; nothing for nothing.
class Server {
 public:
  using Answer = std::function<Octets(const wire::DnsQuery&, bool by_stream)>;

  explicit Server(Answer answer) : answer_(std::move(answer)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof own;
    auto* address = reinterpret_cast<sockaddr*>(&own);
    EXPECT_EQ(::bind(stream_, address, sizeof own), 0);
    EXPECT_EQ(::getsockname(stream_, address, &length), 0);
    EXPECT_EQ(::bind(datagrams_, address, sizeof own), 0);
    EXPECT_EQ(::listen(stream_, 8), 0);
    endpoint_ = {Ip4Address::loopback(), Port{ntohs(own.sin_port)}};
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    is_over_ = true;
    thread_.join();
    ::close(datagrams_);
    ::close(stream_);
  }
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  void serve() {
    while (!is_over_) {
      pollfd fds[] = {{datagrams_, POLLIN, 0}, {stream_, POLLIN, 0}};
      ::poll(fds, 2, 10);
      if ((fds[0].revents & POLLIN) != 0) serve_datagram();
      if ((fds[1].revents & POLLIN) != 0) serve_stream();
    }
  }
  void serve_datagram() {
    uint8_t bytes[512];
    sockaddr_in from{};
    socklen_t length = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);
    const ssize_t got = ::recvfrom(datagrams_, bytes, sizeof bytes, 0, address, &length);
    const Octets reply = answer_to({bytes, static_cast<size_t>(got)}, false);
    if (!reply.empty()) ::sendto(datagrams_, reply.data(), reply.size(), 0, address, length);
  }
  // The answer goes in two pieces, as networks do it.
  void serve_stream() {
    const int fd = ::accept(stream_, nullptr, nullptr);
    uint8_t bytes[514];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    Octets reply = answer_to({bytes + 2, static_cast<size_t>(got) - 2}, true);
    if (!reply.empty()) {
      const size_t length = reply.size();
      reply.insert(reply.begin(),
                   {static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
      ::send(fd, reply.data(), 1, 0);
      ::poll(nullptr, 0, 5);
      ::send(fd, reply.data() + 1, reply.size() - 1, 0);
    }
    ::close(fd);
  }
  Octets answer_to(std::span<const uint8_t> bytes, bool by_stream) {
    const auto query = wire::parse_dns_query(bytes);
    EXPECT_TRUE(query);
    return query ? answer_(*query, by_stream) : Octets{};
  }

  Answer answer_;
  int datagrams_ = ::socket(AF_INET, SOCK_DGRAM, 0);
  int stream_ = ::socket(AF_INET, SOCK_STREAM, 0);
  Endpoint endpoint_;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

Exchange exchange_with(const std::vector<Endpoint>& servers,
                       const wire::DnsQuestion& question = kQuestion) {
  app::DnsSettings settings;
  settings.timeout_s = 1;
  settings.attempts = 1;
  for (const Endpoint& server : servers) settings.servers.add(server);
  return {app::DnsExchange(settings, question, std::array<uint8_t, 32>{5}), {}};
}

Octets address_answer(const wire::DnsQuery& query, bool = false) {
  return DnsAnswerMaker(query).a("www.example", "0a0a0a05").bytes();
}

Exchange run(Exchange exchange) {
  std::vector<Exchange> all = {std::move(exchange)};
  run_exchanges(all);
  return std::move(all.front());
}

TEST(ExchangeTest, AnAnswerByDatagramIsKept) {
  Server server(address_answer);
  const Exchange done = run(exchange_with({server.endpoint()}));
  EXPECT_EQ(done.protocol.state(), app::DnsExchangeState::kAnswered);
  const auto view = wire::DnsView::parse(done.answer);
  ASSERT_TRUE(view);
  EXPECT_EQ(app::read_dns_answer(*view, kQuestion).outcome, app::DnsOutcome::kFound);
}

TEST(ExchangeTest, ATruncatedAnswerIsFetchedOverAStream) {
  const size_t kMany = 300;  // addresses: more than a datagram of any size that is taken
  Server server([&](const wire::DnsQuery& query, bool by_stream) {
    DnsAnswerMaker maker(query);
    if (!by_stream) return maker.truncated().bytes();
    for (size_t i = 0; i < 255; ++i) maker.a("www.example", "0a0a0a05");
    Octets bytes = maker.bytes();
    bytes.resize(bytes.size() + kMany);  // what is behind the records is nobody's
    return bytes;
  });
  const Exchange done = run(exchange_with({server.endpoint()}));
  EXPECT_EQ(done.protocol.state(), app::DnsExchangeState::kAnswered);
  EXPECT_GT(done.answer.size(), 4096u);
}

TEST(ExchangeTest, WhereNobodyListensTheNextServerIsAskedAtOnce) {
  Endpoint closed;
  {
    const Server gone(address_answer);
    closed = gone.endpoint();
  }
  Server server(address_answer);
  const Exchange done = run(exchange_with({closed, server.endpoint()}));
  EXPECT_EQ(done.protocol.state(), app::DnsExchangeState::kAnswered);
}

TEST(ExchangeTest, AStreamThatEndsEarlyHasTheNextServerAsked) {
  Server first([](const wire::DnsQuery& query, bool by_stream) {
    return by_stream ? Octets{} : DnsAnswerMaker(query).truncated().bytes();
  });
  Server second(address_answer);
  const Exchange done = run(exchange_with({first.endpoint(), second.endpoint()}));
  EXPECT_EQ(done.protocol.state(), app::DnsExchangeState::kAnswered);
}

TEST(ExchangeTest, QuestionsAreAskedAtTheSameTime) {
  std::atomic<int> asked{0};
  Server server([&](const wire::DnsQuery& query, bool) {
    if (++asked < 2) return Octets{};  // the first is not answered before the second is there
    return DnsAnswerMaker(query).bytes();
  });
  std::vector<Exchange> all;
  all.push_back(exchange_with({server.endpoint()}));
  all.push_back(exchange_with({server.endpoint()}, {kQuestion.name, DnsType::kAaaa}));
  run_exchanges(all);
  EXPECT_EQ(all[0].protocol.state(), app::DnsExchangeState::kFailed);
  EXPECT_EQ(all[1].protocol.state(), app::DnsExchangeState::kAnswered);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace tapstack::shim::names
