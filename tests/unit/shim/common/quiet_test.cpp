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

int cancel_state() {
  int state = -1;
  int ignored;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  pthread_setcancelstate(state, &ignored);
  return state;
}

TEST(Quiet, CancellationIsOffWithinItAndAsBeforeAfterwards) {
  EXPECT_EQ(cancel_state(), PTHREAD_CANCEL_ENABLE);
  {
    const Quiet quiet;
    EXPECT_EQ(cancel_state(), PTHREAD_CANCEL_DISABLE);
  }
  EXPECT_EQ(cancel_state(), PTHREAD_CANCEL_ENABLE);
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
