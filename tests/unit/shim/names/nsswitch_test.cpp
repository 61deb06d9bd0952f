#include "shim/names/nsswitch.h"

#include <gtest/gtest.h>

namespace tapstack::shim::names {
namespace {

using Steps = std::vector<HostStep>;
constexpr HostStep kFiles{HostSource::kFiles}, kDns{HostSource::kDns};

TEST(NsswitchTest, SourcesStandInTheOrderOfTheLine) {
  EXPECT_EQ(parse_nsswitch("passwd: files\nhosts: dns files\n"), (Steps{kDns, kFiles}));
  EXPECT_EQ(parse_nsswitch("  hosts:files#dns\n"), (Steps{kFiles}));
}

TEST(NsswitchTest, WithoutALineFilesComeBeforeDns) {
  EXPECT_EQ(parse_nsswitch(""), (Steps{kFiles, kDns}));
  EXPECT_EQ(parse_nsswitch("hosts: nis\n"), (Steps{kFiles, kDns}));
}

TEST(NsswitchTest, OtherServicesAreSkippedWithTheirActions) {
  EXPECT_EQ(parse_nsswitch("hosts: files mdns4_minimal [NOTFOUND=return] resolve "
                           "[!UNAVAIL=return] dns myhostname\n"),
            (Steps{kFiles, kDns}));
}

TEST(NsswitchTest, AnActionIsAboutTheServiceBeforeIt) {
  const Steps steps = parse_nsswitch("hosts: files[notfound=return]dns [TRYAGAIN=return]\n");
  EXPECT_EQ(steps, (Steps{{HostSource::kFiles, true, false}, {HostSource::kDns, false, true}}));
}

TEST(NsswitchTest, AnInvertedActionIsAboutTheOtherResults) {
  const Steps steps = parse_nsswitch("hosts: dns [!UNAVAIL=return] files\n");
  EXPECT_EQ(steps, (Steps{{HostSource::kDns, true, true}, kFiles}));
}

TEST(NsswitchTest, ABracketThatIsNotClosedEndsTheLine) {
  EXPECT_EQ(parse_nsswitch("hosts: files [NOTFOUND=return"), (Steps{{HostSource::kFiles, true}}));
}

}  // namespace
}  // namespace tapstack::shim::names
