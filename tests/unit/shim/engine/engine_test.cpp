#include "shim/engine/engine.h"

#include <sys/ioctl.h>

#include <cstdlib>

#include "tests/unit/shim/engine/two_engines.h"

namespace tapstack::shim {
namespace {

using namespace test;

class EngineTest : public TwoEngines {};

std::string read_all(int fd) {
  std::string all(1 << 20, ' ');
  size_t used = 0;
  long got;
  while ((got = ::read(fd, all.data() + used, all.size() - used)) > 0) {
    used += static_cast<size_t>(got);
    if (used == all.size()) all.resize(all.size() * 2);
  }
  EXPECT_EQ(got, 0);
  all.resize(used);
  return all;
}

std::string pattern(size_t bytes) {
  std::string text(bytes, ' ');
  uint32_t x = 1;
  for (char& c : text) c = static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  return text;
}

void write_all(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const long sent = ::send(fd, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    done += static_cast<size_t>(sent);
  }
}

TEST_F(EngineTest, SaysWhoItIs) {
  Request request;
  request.op = Op::kHello;
  Reply reply;
  int fd = -1;
  ASSERT_EQ(a_->ask(request, reply, fd), 0);
  HelloRecord record;
  std::memcpy(&record, reply.payload, sizeof record);
  EXPECT_EQ(record.version, kProtocolVersion);
  EXPECT_EQ(record.pid, getpid());
  EXPECT_STREQ(record.device, "ts0");
}

TEST_F(EngineTest, AFreshSocketIsAHandleAtTheLowestNumber) {
  const int lowest = dup(STDERR_FILENO);
  ::close(lowest);
  Socket socket = a_->open();
  EXPECT_EQ(socket.fd, lowest);
  const std::optional<Identity> identity = identity_of(socket.fd);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->slot, socket.slot);
  EXPECT_EQ(identity->token, a_->engine().token());
  EXPECT_TRUE(identity->is_stream);
  EXPECT_EQ(ready(socket), POLLOUT);
  a_->close(socket);
}

TEST_F(EngineTest, FamiliesThatTheStackLacksAreRefused) {
  Request request;
  request.op = Op::kOpen;
  request.args[0] = AF_UNIX;
  Reply reply;
  int fd = -1;
  EXPECT_EQ(a_->ask(request, reply, fd), EAFNOSUPPORT);
  EXPECT_EQ(fd, -1);
}

TEST_F(EngineTest, AStaleNameIsABadDescriptor) {
  Socket socket = a_->open();
  a_->close(socket);
  EXPECT_EQ(a_->ask(Op::kStatus, socket), EBADF);
}

TEST_F(EngineTest, AnUnknownRequestIsAProtocolError) {
  Socket socket = a_->open();
  EXPECT_EQ(a_->ask(static_cast<Op>(999), socket), EPROTO);
  a_->close(socket);
}

TEST_F(EngineTest, ConnectsAcceptsAndMovesBytesBothWays) {
  Socket listening = listener();
  Connection c = connect(listening);
  EXPECT_EQ(ready(c.client), POLLOUT);
  EXPECT_TRUE(a_->status(c.client).was_connected);
  ASSERT_EQ(::send(c.client.fd, "question", 8, 0), 8);
  char buffer[16];
  EXPECT_EQ(::recv(c.server.fd, buffer, sizeof buffer, 0), 8);
  ASSERT_EQ(::send(c.server.fd, "answer", 6, 0), 6);
  EXPECT_EQ(::recv(c.client.fd, buffer, sizeof buffer, 0), 6);
  EXPECT_EQ(std::string(buffer, 6), "answer");
}

TEST_F(EngineTest, AConnectingSocketIsNotWritable) {
  Socket socket = a_->open();
  EXPECT_EQ(a_->connect(socket, Ip4Address::from(10, 0, 0, 77), 80), EINPROGRESS);  // nobody there
  EXPECT_EQ(ready(socket), 0);
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), EALREADY);
  a_->close(socket);
}

TEST_F(EngineTest, ARefusedConnectWakesAndTheSocketConnectsAgain) {
  Socket socket = a_->open();
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), EINPROGRESS);
  EXPECT_EQ(ready(socket, POLLOUT), POLLIN | POLLOUT);
  EXPECT_EQ(a_->take_error(socket), ECONNREFUSED);
  EXPECT_EQ(a_->take_error(socket), 0);
  Socket listening = listener();
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), ECONNABORTED);  // it has been told
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), EINPROGRESS);
  EXPECT_EQ(ready(socket, POLLOUT), POLLOUT);
  EXPECT_EQ(a_->take_error(socket), 0);
  Socket server = b_->accept(listening);
  ASSERT_EQ(::send(server.fd, "x", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(::recv(socket.fd, &byte, 1, 0), 1);  // not the byte that told of the failure
  EXPECT_EQ(byte, 'x');
}

TEST_F(EngineTest, TheNextConnectTellsOnceHowTheLastOneEnded) {
  Socket socket = a_->open();
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), EINPROGRESS);
  EXPECT_EQ(ready(socket, POLLOUT), POLLIN | POLLOUT);
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), ECONNREFUSED);
  listener();
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), EINPROGRESS);
  EXPECT_EQ(ready(socket, POLLOUT), POLLOUT);
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), 0);
  EXPECT_EQ(a_->connect(socket, b_->address(), 80), EISCONN);
}

TEST_F(EngineTest, AResetThatCameBeforeAcceptIsToldOnceAfterIt) {
  Socket listening = listener();
  Socket client = a_->open();
  a_->connect(client, b_->address(), 80);
  EXPECT_EQ(ready(listening, POLLIN), POLLIN);
  EXPECT_EQ(a_->ask(Op::kSetOption, client, static_cast<int64_t>(Option::kLingerS), 0), 0);
  a_->close(client);
  Socket server = b_->accept(listening);
  EXPECT_NE(ready(server, POLLHUP) & POLLHUP, 0);
  EXPECT_EQ(b_->take_error(server), ECONNRESET);
  EXPECT_EQ(b_->take_error(server), 0);
}

TEST_F(EngineTest, AListenerThatWasShutDownLeavesItsTokensBehindAndListensAgain) {
  Socket listening = listener();
  Socket client = a_->open();
  a_->connect(client, b_->address(), 80);
  EXPECT_EQ(ready(listening, POLLIN), POLLIN);
  EXPECT_EQ(b_->ask(Op::kShutdown, listening, SHUT_RD, listening.fd), 0);
  EXPECT_EQ(ready(listening), POLLIN | POLLOUT);  // a byte for who waits in accept()
  int error = 0;
  EXPECT_EQ(::recv(listening.fd, &error, 1, MSG_DONTWAIT), 1);
  EXPECT_EQ(b_->ask(Op::kAccept, listening), EINVAL);
  EXPECT_EQ(ready(listening), POLLIN | POLLOUT);  // and for the next
  EXPECT_EQ(b_->listen(listening, 5), 0);
  EXPECT_EQ(ready(listening), 0);
  connect(listening);
}

TEST_F(EngineTest, AListenerIsReadableByTokensAndNeverWritable) {
  Socket listening = listener();
  EXPECT_EQ(ready(listening), 0);
  Socket client = a_->open();
  a_->connect(client, b_->address(), 80);
  EXPECT_EQ(ready(listening, POLLIN), POLLIN);
  EXPECT_GE(b_->accept(listening).fd, 0);
  EXPECT_EQ(ready(listening), 0);
  EXPECT_TRUE(b_->status(listening).is_listening);
}

TEST_F(EngineTest, AcceptWithoutAConnectionWouldBlock) {
  Socket listening = listener();
  Reply reply;
  int fd = -1;
  EXPECT_EQ(b_->ask(Host::about(Op::kAccept, listening), reply, fd), EAGAIN);
}

TEST_F(EngineTest, MegabytesArriveWholeAndInOrderWithTheEndBehindThem) {
  Socket listening = listener();
  Connection c = connect(listening);
  const std::string sent = pattern(5'000'000);
  std::thread writer([&] {
    write_all(c.client.fd, sent);
    EXPECT_EQ(a_->ask(Op::kShutdown, c.client, SHUT_WR), 0);
  });
  EXPECT_EQ(read_all(c.server.fd), sent);
  writer.join();
}

TEST_F(EngineTest, NothingIsLostWhenTheWriterClosesAtOnce) {
  Socket listening = listener();
  for (int i = 0; i < 20; ++i) {
    Connection c = connect(listening);
    const std::string sent = pattern(300'000);
    std::thread writer([&] {
      write_all(c.client.fd, sent);
      a_->close(c.client);
    });
    EXPECT_EQ(read_all(c.server.fd), sent);
    writer.join();
    b_->close(c.server);
  }
}

TEST_F(EngineTest, ACloseThatNoHookSawSendsTheRestAndTheEnd) {
  Socket listening = listener();
  Connection c = connect(listening);
  const std::string sent = pattern(200'000);
  std::thread writer([&] {
    write_all(c.client.fd, sent);
    ::close(c.client.fd);
  });
  EXPECT_EQ(read_all(c.server.fd), sent);
  writer.join();
}

TEST_F(EngineTest, ClosesBehindTheHooksBackAreTakenInBeforeABind) {
  Socket first = listener();
  ::close(first.fd);
  Socket second = b_->open();
  EXPECT_EQ(b_->bind(second, 80), 0);
}

TEST_F(EngineTest, HalfCloseLeavesTheOtherDirectionOpen) {
  Socket listening = listener();
  Connection c = connect(listening);
  EXPECT_EQ(a_->ask(Op::kShutdown, c.client, SHUT_WR), 0);
  EXPECT_EQ(::send(c.client.fd, "x", 1, MSG_NOSIGNAL), -1);
  char byte;
  EXPECT_EQ(::recv(c.server.fd, &byte, 1, 0), 0);
  EXPECT_EQ(ready(c.server), POLLIN | POLLOUT | POLLRDHUP);
  ASSERT_EQ(::send(c.server.fd, "y", 1, 0), 1);
  EXPECT_EQ(::recv(c.client.fd, &byte, 1, 0), 1);
}

TEST_F(EngineTest, BothEndsShutHangTheHandleUpAndTheSlotLivesUntilItsClose) {
  Socket listening = listener();
  Connection c = connect(listening);
  EXPECT_EQ(a_->ask(Op::kShutdown, c.client, SHUT_WR), 0);
  EXPECT_EQ(b_->ask(Op::kShutdown, c.server, SHUT_WR), 0);
  EXPECT_EQ(ready(c.client, POLLRDHUP), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(a_->ask(Op::kStatus, c.client), 0);
  ::close(c.client.fd);  // no hook saw it
  EXPECT_TRUE(eventually([&] { return a_->engine().open_sockets() == 0; }));
}

TEST_F(EngineTest, CloseWithUnreadDataResetsThePeer) {
  Socket listening = listener();
  Connection c = connect(listening);
  ASSERT_EQ(::send(c.client.fd, "unread", 6, 0), 6);
  EXPECT_TRUE(ready(c.server, POLLIN) & POLLIN);
  b_->close(c.server);
  EXPECT_TRUE(ready(c.client, POLLRDHUP) & POLLHUP);
  char byte;
  EXPECT_EQ(::recv(c.client.fd, &byte, 1, 0), 0);
  EXPECT_EQ(a_->take_error(c.client), ECONNRESET);
  EXPECT_EQ(a_->take_error(c.client), 0);
}

TEST_F(EngineTest, CloseAfterEverythingWasReadDoesNotReset) {
  Socket listening = listener();
  Connection c = connect(listening);
  ASSERT_EQ(::send(c.client.fd, "read", 4, 0), 4);
  char buffer[8];
  ASSERT_EQ(::recv(c.server.fd, buffer, sizeof buffer, 0), 4);
  b_->close(c.server);
  EXPECT_EQ(::recv(c.client.fd, buffer, sizeof buffer, 0), 0);
  EXPECT_EQ(a_->take_error(c.client), 0);
}

TEST_F(EngineTest, ADeathWithUnreadDataResetsThePeerToo) {
  Socket listening = listener();
  Connection c = connect(listening);
  ASSERT_EQ(::send(c.client.fd, "unread", 6, 0), 6);
  EXPECT_TRUE(ready(c.server, POLLIN) & POLLIN);
  ::close(c.server.fd);
  EXPECT_TRUE(ready(c.client, POLLRDHUP) & POLLHUP);
  EXPECT_EQ(a_->take_error(c.client), ECONNRESET);
}

TEST_F(EngineTest, LingerZeroResets) {
  Socket listening = listener();
  Connection c = connect(listening);
  EXPECT_EQ(a_->ask(Op::kSetOption, c.client, static_cast<int64_t>(Option::kLingerS), 0), 0);
  a_->close(c.client);
  EXPECT_TRUE(ready(c.server, POLLRDHUP) & POLLHUP);
  EXPECT_EQ(b_->take_error(c.server), ECONNRESET);
}

TEST_F(EngineTest, AReaderWhoDoesNotReadStopsTheWriter) {
  Socket listening = listener();
  Connection c = connect(listening);
  const std::string chunk(65'536, 'x');
  size_t accepted = 0;
  int idle = 0;
  while (idle < 200) {
    const long sent = ::send(c.client.fd, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (sent > 0) {
      accepted += static_cast<size_t>(sent);
      idle = 0;
    } else {
      ++idle;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  EXPECT_LT(accepted, 16u << 20);  // both buffers at their limits and the pairs, no more
  std::string got(accepted, ' ');
  size_t read = 0;
  while (read < accepted) {
    const long n = ::recv(c.server.fd, got.data(), got.size(), 0);
    ASSERT_GT(n, 0);
    read += static_cast<size_t>(n);
  }
  EXPECT_TRUE(ready(c.client, POLLOUT) & POLLOUT);
}

TEST_F(EngineTest, ASmallReceiveBufferBoundsWhatThePeerCanSend) {
  Socket listening = b_->open();
  EXPECT_EQ(b_->bind(listening, 80), 0);
  EXPECT_EQ(b_->ask(Op::kSetOption, listening, static_cast<int64_t>(Option::kReceiveBuffer), 8192),
            0);
  EXPECT_EQ(b_->listen(listening, 5), 0);
  Connection c = connect(listening);
  const std::string data(100'000, 'x');
  write_all(c.client.fd, data);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  int waiting = 0;
  ioctl(c.server.fd, FIONREAD, &waiting);
  EXPECT_GT(waiting, 0);
  EXPECT_LE(waiting, 16'384);
  size_t read = 0;
  char buffer[4096];
  while (read < data.size()) {
    const long n = ::recv(c.server.fd, buffer, sizeof buffer, 0);
    ASSERT_GT(n, 0);
    read += static_cast<size_t>(n);
  }
}

TEST_F(EngineTest, ShutdownOfReadingShowsTheEndAtOnce) {
  Socket listening = listener();
  Connection c = connect(listening);
  EXPECT_EQ(a_->ask(Op::kShutdown, c.client, SHUT_RD), 0);
  char byte;
  EXPECT_EQ(::recv(c.client.fd, &byte, 1, 0), 0);
  EXPECT_EQ(::send(c.client.fd, "x", 1, MSG_NOSIGNAL), 1);
}

TEST_F(EngineTest, ShutdownOfAFreshSocketIsNotConnected) {
  Socket socket = a_->open();
  EXPECT_EQ(a_->ask(Op::kShutdown, socket, SHUT_WR), ENOTCONN);
}

TEST_F(EngineTest, LoopbackWorksWithinOneEngine) {
  Socket listening = listener();
  Socket client = b_->open();
  EXPECT_EQ(b_->connect(client, Ip4Address::loopback(), 80), EINPROGRESS);
  EXPECT_TRUE(ready(client, POLLOUT) & POLLOUT);
  Socket server = b_->accept(listening);
  write_all(client.fd, "hello");
  char buffer[8];
  EXPECT_EQ(::recv(server.fd, buffer, sizeof buffer, 0), 5);
}

TEST_F(EngineTest, ManyConnectionsComeAndGoWithoutALeak) {
  Socket listening = listener(80, 64);
  for (int i = 0; i < 300; ++i) {
    Connection c = connect(listening);
    a_->close(c.client);
    b_->close(c.server);
  }
  EXPECT_TRUE(eventually([&] { return a_->engine().open_sockets() == 0; }));
  EXPECT_EQ(b_->engine().open_sockets(), 1u);
}

TEST_F(EngineTest, FourThreadsOpenConnectAndCloseAtOnce) {
  Socket listening = listener(80, 64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        Socket client = a_->open();
        EXPECT_EQ(a_->connect(client, b_->address(), 80), EINPROGRESS);
        EXPECT_TRUE(ready(client, POLLOUT) & POLLOUT);
        write_all(client.fd, "x");
        char byte;
        EXPECT_EQ(::recv(client.fd, &byte, 1, 0), 1);
        a_->close(client);
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    Socket server = b_->accept(listening);
    char byte = 0;
    EXPECT_EQ(::recv(server.fd, &byte, 1, 0), 1);
    write_all(server.fd, std::string(1, byte));
    b_->close(server);
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(EngineTest, DrainEndsWhenEverythingIsAcknowledged) {
  Socket listening = listener();
  Connection c = connect(listening);
  write_all(c.client.fd, pattern(100'000));
  std::thread reader([&] { EXPECT_EQ(read_all(c.server.fd).size(), 100'000u); });
  Request request;
  request.op = Op::kDrain;
  Reply reply;
  int fd = -1;
  EXPECT_TRUE(eventually([&] {
    a_->ask(request, reply, fd);
    return reply.value == 1;
  }));
  reader.join();
}

TEST_F(EngineTest, InterfacesAndCountersAreListed) {
  Request request;
  request.op = Op::kInterface;
  Reply reply;
  int fd = -1;
  bool has_device = false;
  for (request.args[0] = 0; a_->ask(request, reply, fd) == 0; ++request.args[0]) {
    InterfaceRecord record;
    std::memcpy(&record, reply.payload, sizeof record);
    has_device |= std::string(record.name) == "ts0" && record.address_count == 1;
  }
  EXPECT_EQ(reply.error, ENOENT);
  EXPECT_TRUE(has_device);
  request.op = Op::kCounters;
  std::string text;
  int64_t next = 0;
  while (next >= 0) {
    request.args[0] = next;
    ASSERT_EQ(a_->ask(request, reply, fd), 0);
    text.append(reinterpret_cast<char*>(reply.payload), reply.payload_bytes);
    next = reply.value;
  }
  EXPECT_NE(text.find("pool."), std::string::npos);
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace tapstack::shim
