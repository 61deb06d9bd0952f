#include "tools/packetdrill/host_options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "core/api/interfaces.h"

namespace tapstack::packetdrill {
namespace {

struct Row {
  const char* name;
  size_t field;  // which number of the value
  Option option;
};
constexpr Row kRows[] = {
    {"tcp_rmem", 2, Option::kReceiveBufferMax},
    {"tcp_wmem", 1, Option::kSendBufferStart},
    {"tcp_wmem", 2, Option::kSendBufferMax},
    {"tcp_timestamps", 0, Option::kTimestamps},
    {"tcp_sack", 0, Option::kSack},
    {"tcp_syn_retries", 0, Option::kSynRetries},
    {"tcp_window_scaling", 0, Option::kWindowScaling},
    {"tcp_notsent_lowat", 0, Option::kNotSentLowWaterDefault},
    {"tcp_slow_start_after_idle", 0, Option::kRestartAfterIdle},
    {"tcp_min_tso_segs", 0, Option::kBurstSegmentsMin},
    {"net.inet.tcp.rfc1323", 0, Option::kTimestamps},
    {"net.inet.tcp.rfc1323", 0, Option::kWindowScaling},
    {"net.inet.tcp.sack.enable", 0, Option::kSack},
};

const ScriptSetting kDefaults[] = {
    {"tcp_rmem", "4096 540000 15728640"},
    {"tcp_wmem", "4096 262144 4194304"},
    {"tcp_syn_retries", "5"},
    {"tcp_ecn", "0"},
    {"tcp_slow_start_after_idle", "0"},
    {"tcp_fastopen", "0x403"},
    {"tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"},
};

// Bits of Linux's tcp_fastopen: those that the stack has, and that for all listeners.
constexpr int64_t kFastOpenBits = 0x207;
constexpr int64_t kListenersWithoutOption = 0x400;

bool is_of_free_bsd(const ScriptSetting& setting) {
  return setting.name.starts_with("net.inet.tcp.");
}

// The number of that index in `value`; false when there are fewer.
bool number_in(const std::string& value, size_t index, int64_t& number) {
  std::istringstream in(value);
  std::string word;
  for (size_t i = 0; i <= index; ++i) {
    if (!(in >> word)) return false;
  }
  number = std::strtoll(word.c_str(), nullptr, 0);
  return true;
}

// Linux's notation of a key: four words, the low one of each half first.
bool key_in(const std::string& value, SecretKey& key) {
  std::array<uint64_t, 4> words{};
  std::istringstream in(value);
  std::string word;
  for (uint64_t& w : words) {
    if (!std::getline(in, word, '-')) return false;
    w = std::strtoull(word.c_str(), nullptr, 16);
  }
  key = {words[1] << 32 | words[0], words[3] << 32 | words[2]};
  return true;
}

void set(Stack& stack, Instant now, const ScriptSetting& setting) {
  int64_t number = 0;
  const bool is_ecn = setting.name == "tcp_ecn" || setting.name == "net.inet.tcp.ecn.enable";
  if (is_ecn && number_in(setting.value, 0, number) && number <= 2) {
    api::set_ecn_mode(stack, static_cast<api::EcnMode>(number));
  }
  if (setting.name == "tcp_fastopen" && number_in(setting.value, 0, number)) {
    api::set_fast_open(stack, static_cast<uint16_t>(number & kFastOpenBits));
    const bool is_for_all_listeners = (number & kListenersWithoutOption) != 0;
    const int64_t queue = is_for_all_listeners ? UINT16_MAX : 0;
    api::set_tcp_default(stack, now, Option::kFastOpenQueue, queue).ignore();
  }
  SecretKey key;
  if (setting.name == "tcp_fastopen_key" && key_in(setting.value, key)) {
    api::set_fast_open_key(stack, key);
  }
  for (const Row& row : kRows) {
    if (setting.name != row.name || !number_in(setting.value, row.field, number)) continue;
    api::set_tcp_default(stack, now, row.option, number).ignore();
  }
}

}  // namespace

void set_host_options(Stack& stack, Instant now, const std::vector<ScriptSetting>& script) {
  for (const ScriptSetting& setting : kDefaults) set(stack, now, setting);
  // FreeBSD delays ACKs from the start; a script that sets its host up as FreeBSD's counts on it.
  if (std::any_of(script.begin(), script.end(), is_of_free_bsd)) {
    api::set_tcp_default(stack, now, Option::kQuickAcksAtStart, 0).ignore();
  }
  for (const ScriptSetting& setting : script) set(stack, now, setting);
}

void change_host_options(Stack& stack, Instant now, const std::vector<ScriptSetting>& command) {
  for (const ScriptSetting& setting : command) set(stack, now, setting);
}

}  // namespace tapstack::packetdrill
