#include "shim/common/quiet.h"

#include <gtest/gtest.h>

namespace tapstack::shim {
namespace {

volatile sig_atomic_t handled = 0;

TEST(Quiet, AHandlerRunsAfterItNotWithinIt) {
  handled = 0;
  ::signal(SIGUSR1, [](int) { handled = 1; });
  {
    const Quiet quiet;
    raise(SIGUSR1);
    EXPECT_EQ(handled, 0);
  }
  EXPECT_EQ(handled, 1);
  ::signal(SIGUSR1, SIG_DFL);
}

TEST(Quiet, FaultsAndTheSignalsOfGlibcStayOpen) {
  const Quiet quiet;
  uint64_t mask = 0;
  sys::call(SYS_rt_sigprocmask, SIG_BLOCK, 0, sys::pointer(&mask), sizeof mask);
  EXPECT_EQ(mask & signal_bit(SIGSEGV), 0u);
  EXPECT_EQ(mask & signal_bit(32), 0u);
  EXPECT_EQ(mask & signal_bit(33), 0u);
  EXPECT_NE(mask & signal_bit(SIGALRM), 0u);
  EXPECT_NE(mask & signal_bit(SIGTERM), 0u);
}

TEST(Quiet, CancellationWaits) {
  pthread_t thread;
  static bool got_through = false;
  const auto body = [](void*) -> void* {
    {
      const Quiet quiet;
      pthread_cancel(pthread_self());
      pthread_testcancel();
      got_through = true;
    }
    pthread_testcancel();
    ADD_FAILURE() << "was not cancelled at all";
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, nullptr, body, nullptr), 0);
  void* result = nullptr;
  pthread_join(thread, &result);
  EXPECT_TRUE(got_through);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

TEST(Passthrough, CountsItsDepth) {
  EXPECT_FALSE(sys::Passthrough::is_on());
  {
    const sys::Passthrough outer;
    { const sys::Passthrough inner; }
    EXPECT_TRUE(sys::Passthrough::is_on());
  }
  EXPECT_FALSE(sys::Passthrough::is_on());
}

}  // namespace
}  // namespace tapstack::shim
