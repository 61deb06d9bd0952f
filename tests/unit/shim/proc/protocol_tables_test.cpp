#include <sstream>

#include "shim/proc/tables.h"
#include "tests/unit/shim/proc/asked_engine.h"
#include "tests/unit/shim/proc/written_lines.h"

namespace tapstack::shim::proc {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

class ProtocolTables : public ::testing::Test {
 protected:
  test::Socket open(int family, int64_t a, int64_t b, int64_t c) {
    Request request;
    request.op = Op::kOpen;
    request.args[0] = family;
    request.args[1] = a;
    request.args[2] = b;
    request.args[3] = c;
    Reply reply;
    test::Socket socket;
    EXPECT_EQ(engine_.host().ask(request, reply, socket.fd), 0);
    socket.slot = reply.slot;
    return socket;
  }
  // The third word of a row of /proc/net/protocols.
  static std::string count_of(const std::string& protocol) {
    for (const std::string& line : test::rows_of(write_protocols)) {
      const auto words = words_of(line);
      if (words[0] == protocol) return words[2];
    }
    return "absent";
  }

  test::AskedEngine engine_;
};

TEST_F(ProtocolTables, APacketSocketHasALine) {
  EXPECT_TRUE(test::rows_of(write_packet).empty());
  constexpr int kIsCooked = 1;
  open(AF_PACKET, static_cast<int64_t>(SocketKind::kPacket), 0x0806, kIsCooked);
  const auto lines = test::rows_of(write_packet);
  ASSERT_EQ(lines.size(), 1u);
  const auto words = words_of(lines[0]);
  ASSERT_EQ(words.size(), 9u);
  EXPECT_EQ(words[2], "2");  // SOCK_DGRAM
  EXPECT_EQ(words[3], "0806");
  EXPECT_EQ(words[4], "0");  // every interface
  EXPECT_EQ(words[5], "1");  // running
}

TEST_F(ProtocolTables, ANetlinkSocketHasALineAndSoHasWhoAnswersIt) {
  const size_t answering = test::rows_of(write_netlink).size();
  constexpr int64_t kProcess = 4711;
  const test::Socket socket = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, kProcess);
  Request bind = test::Host::about(Op::kBind, socket);
  bind.args[1] = 5;
  Reply reply;
  int fd = -1;
  ASSERT_EQ(engine_.host().ask(bind, reply, fd), 0);
  const auto lines = test::rows_of(write_netlink);
  ASSERT_EQ(lines.size(), answering + 1);
  bool is_found = false;
  for (const std::string& line : lines) {
    const auto words = words_of(line);
    ASSERT_EQ(words.size(), 10u);
    is_found |= words[1] == "0" && words[2] == "4711" && words[3] == "00000005";
  }
  EXPECT_TRUE(is_found);
}

TEST_F(ProtocolTables, TheKernelsRowsHaveTheStacksNumbersOfSockets) {
  const std::string netlink_before = count_of("NETLINK");
  EXPECT_EQ(count_of("UDP"), "0");
  engine_.host().open(SocketKind::kUdp);
  ASSERT_EQ(engine_.host().bind(engine_.host().open(SocketKind::kUdp), 5000), 0);
  open(AF_PACKET, static_cast<int64_t>(SocketKind::kPacket), 3, 0);
  EXPECT_EQ(count_of("UDP"), "1");  // what is bound to no port is in no table
  EXPECT_EQ(count_of("TCP"), "0");
  EXPECT_EQ(count_of("PACKET"), "1");
  EXPECT_EQ(count_of("NETLINK"), netlink_before);
}

}  // namespace
}  // namespace tapstack::shim::proc
