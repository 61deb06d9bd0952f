#include "shim/trace/option_value.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include <cerrno>

#include "tests/unit/shim/trace/shown.h"

namespace tapstack::shim::trace {
namespace {

template <class T>
std::string given(int level, int name, const T& value) {
  return shown_as(OptionValue{{level, name}, &value, sizeof value});
}

TEST(TraceOptionValue, ANumberStandsInBrackets) {
  EXPECT_EQ(given(SOL_SOCKET, SO_REUSEADDR, 1), "[1]");
  EXPECT_EQ(given(IPPROTO_IP, IP_TTL, -1), "[-1]");
}

TEST(TraceOptionValue, AnErrorIsNamed) {
  EXPECT_EQ(given(SOL_SOCKET, SO_ERROR, ECONNREFUSED), "[ECONNREFUSED]");
  EXPECT_EQ(given(SOL_SOCKET, SO_ERROR, 0), "[0]");
}

TEST(TraceOptionValue, StructuresThatAreKnownAreTakenApart) {
  EXPECT_EQ(given(SOL_SOCKET, SO_LINGER, linger{1, 10}), "{1, 10}");
  EXPECT_EQ(given(SOL_SOCKET, SO_RCVTIMEO, timeval{1, 500'000}), "1.500000");
}

TEST(TraceOptionValue, NamesAreTextUpToTheirZero) {
  const char name[16] = "cubic";
  EXPECT_EQ(given(IPPROTO_TCP, TCP_CONGESTION, name), R"("cubic")");
}

TEST(TraceOptionValue, AnythingElseIsBytes) {
  EXPECT_EQ(given(IPPROTO_IP, IP_TTL, char{7}), R"("\7")");
  EXPECT_EQ(shown_as(OptionValue{{IPPROTO_IP, IP_TTL}, nowhere<int>(), 4}), "0x10");
}

TEST(TraceOptionValue, RoomShowsValueAndLengthWhenItIsFilled) {
  const int value = 1;
  const socklen_t length = sizeof value;
  const Option option{SOL_SOCKET, SO_KEEPALIVE};
  EXPECT_EQ(shown_as(OptionRoom{option, &value, &length}), "[1], [4]");
  EXPECT_EQ(shown_as(OptionRoom{option, nowhere<int>(), &length}, kFailed), "0x10, [4]");
  EXPECT_EQ(shown_as(OptionRoom{option, &value, nullptr}, kFailed).substr(0, 2), "0x");
}

void* argument(intptr_t number) { return reinterpret_cast<void*>(number); }

TEST(TraceOptionValue, ACommandOfFcntlHasTheArgumentThatItTakes) {
  EXPECT_EQ(shown_as(DescriptorCommand{F_SETFL, argument(O_RDWR | O_NONBLOCK)}),
            "F_SETFL, O_RDWR|O_NONBLOCK");
  EXPECT_EQ(shown_as(DescriptorCommand{F_SETFD, argument(FD_CLOEXEC)}), "F_SETFD, FD_CLOEXEC");
  EXPECT_EQ(shown_as(DescriptorCommand{F_DUPFD, argument(10)}), "F_DUPFD, 10");
  EXPECT_EQ(shown_as(DescriptorCommand{F_GETFL, argument(77)}), "F_GETFL");
}

TEST(TraceOptionValue, FlagsThatFcntlTellsStandBehindTheResult) {
  EXPECT_EQ(shown_behind(DescriptorCommand{F_GETFL, nullptr}, {O_RDWR | O_NONBLOCK, 0}),
            " O_RDWR|O_NONBLOCK");
  EXPECT_EQ(shown_behind(DescriptorCommand{F_GETFD, nullptr}, {FD_CLOEXEC, 0}), " FD_CLOEXEC");
  EXPECT_EQ(shown_behind(DescriptorCommand{F_SETFL, nullptr}, {0, 0}), "");
  EXPECT_EQ(shown_behind(DescriptorCommand{F_GETFL, nullptr}, kFailed), "");
}

TEST(TraceOptionValue, NumbersOfIoctlAreShownBeforeOrAfterTheCall) {
  const int number = 5;
  EXPECT_EQ(shown_as(IoctlArgument{FIONBIO, &number}, kFailed), "[5]");
  EXPECT_EQ(shown_as(IoctlArgument{FIONREAD, &number}), "[5]");
  EXPECT_EQ(shown_as(IoctlArgument{FIONREAD, nowhere<int>()}, kFailed), "0x10");
  EXPECT_EQ(shown_as(IoctlArgument{0x1234, nowhere<int>()}), "0x10");
}

}  // namespace
}  // namespace tapstack::shim::trace
