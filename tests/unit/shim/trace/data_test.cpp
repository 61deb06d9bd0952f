#include "shim/trace/data.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "tests/unit/shim/trace/shown.h"

namespace tapstack::shim::trace {
namespace {

char hello[] = "hello";
char world[] = " world";

TEST(TraceData, AllThatIsSentIsShownWhateverTheCallTook) {
  EXPECT_EQ(shown_as(Data{Way::kSent, hello, 5}, {2, 0}), R"("hello")");
  EXPECT_EQ(shown_as(Data{Way::kSent, hello, 5}, kFailed), R"("hello")");
}

TEST(TraceData, OfWhatIsReceivedAsMuchAsCame) {
  EXPECT_EQ(shown_as(Data{Way::kReceived, hello, 5}, {2, 0}), R"("he")");
  EXPECT_EQ(shown_as(Data{Way::kReceived, hello, 5}, {0, 0}), R"("")");
  EXPECT_EQ(shown_as(Data{Way::kReceived, nowhere<char>(), 5}, kFailed), "0x10");
}

TEST(TraceData, NoMemoryIsAPointer) {
  EXPECT_EQ(shown_as(Data{Way::kSent, nowhere<char>(), 5}, kFailed), "0x10");
}

TEST(TraceData, PartsEndWhereTheBytesEnd) {
  const iovec parts[] = {{hello, 5}, {world, 6}};
  EXPECT_EQ(shown_as(Parts{Way::kSent, parts, 2}, {11, 0}), R"(["hello", " world"])");
  EXPECT_EQ(shown_as(Parts{Way::kReceived, parts, 2}, {7, 0}), R"(["hello", " w"])");
}

TEST(TraceData, SixteenPartsAreListed) {
  iovec parts[20];
  for (iovec& part : parts) part = {hello, 1};
  const std::string shown = shown_as(Parts{Way::kSent, parts, 20}, {20, 0});
  EXPECT_EQ(std::count(shown.begin(), shown.end(), 'h'), 16);
  EXPECT_TRUE(shown.ends_with(R"("h", ...])")) << shown;
}

struct MessageTest : ::testing::Test {
  MessageTest() {
    peer.sin_family = AF_INET;
    peer.sin_port = htons(53);
    inet_pton(AF_INET, "10.10.10.1", &peer.sin_addr);
    part = {hello, 5};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
  }
  void add_control(int level, int type, size_t bytes) {
    cmsghdr header{};
    header.cmsg_len = CMSG_LEN(bytes);
    header.cmsg_level = level;
    header.cmsg_type = type;
    std::memcpy(controls + message.msg_controllen, &header, sizeof header);
    message.msg_control = controls;
    message.msg_controllen += CMSG_SPACE(bytes);
  }

  sockaddr_in peer{};
  iovec part{};
  msghdr message{};
  alignas(cmsghdr) char controls[256] = {};
};

TEST_F(MessageTest, WithoutAddressHasNull) {
  EXPECT_EQ(shown_as(Message{Way::kSent, &message}), R"({NULL, ["hello"]})");
}

TEST_F(MessageTest, HasAddressKindsOfControlMessagesAndFlags) {
  message.msg_name = &peer;
  message.msg_namelen = sizeof peer;
  message.msg_flags = MSG_TRUNC;
  add_control(IPPROTO_IP, IP_TTL, sizeof(int));
  add_control(IPPROTO_IP, IP_PKTINFO, sizeof(in_pktinfo));
  EXPECT_EQ(shown_as(Message{Way::kReceived, &message}, {5, 0}),
            R"({10.10.10.1:53, ["hello"], [IP_TTL, IP_PKTINFO], MSG_TRUNC})");
}

TEST_F(MessageTest, FlagsOfOneThatIsSentMeanNothing) {
  message.msg_flags = MSG_TRUNC;
  EXPECT_EQ(shown_as(Message{Way::kSent, &message}), R"({NULL, ["hello"]})");
}

TEST_F(MessageTest, AControlMessageThatIsTooShortEndsTheList) {
  add_control(IPPROTO_IP, IP_TTL, sizeof(int));
  add_control(IPPROTO_IP, IP_TOS, sizeof(int));
  cmsghdr broken{};
  std::memcpy(controls + CMSG_SPACE(sizeof(int)), &broken, sizeof broken);
  EXPECT_EQ(shown_as(Message{Way::kSent, &message}), R"({NULL, ["hello"], [IP_TTL]})");
}

TEST_F(MessageTest, NoMemoryIsAPointer) {
  EXPECT_EQ(shown_as(Message{Way::kReceived, nowhere<msghdr>()}, kFailed), "0x10");
}

TEST_F(MessageTest, SeveralAreShownAsFarAsTheyWent) {
  const mmsghdr several[] = {{message, 5}, {message, 2}, {message, 0}};
  EXPECT_EQ(shown_as(Messages{Way::kReceived, several, 3}, {2, 0}),
            R"([{NULL, ["hello"]} 5, {NULL, ["he"]} 2])");
}

}  // namespace
}  // namespace tapstack::shim::trace
