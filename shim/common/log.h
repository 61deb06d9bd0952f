// Messages of the library: on stderr, or in a file of the user's choice, and only when fatal or
// asked for (TAPSTACK_LOG).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace tapstack::shim {

enum class LogLevel : uint8_t { kError, kWarn, kInfo, kDebug, kTrace };

void set_log_level(LogLevel level);

// What TAPSTACK_LOG says; written by set_log_level() only.
inline constinit std::atomic<LogLevel> highest_logged{LogLevel::kError};

inline bool is_logged(LogLevel level) {
  return level <= highest_logged.load(std::memory_order_relaxed);
}

// Messages are added to this file from now on (TAPSTACK_LOG_FILE); empty: stderr. It is opened for
// each line, so that no descriptor of it can be lost to a program that closes all it has.
void set_log_file(const std::string& path);

// Writes "tapstack: <text>\n" with one system call, cut to 511 bytes; to stderr where the file
// cannot be opened. Takes no lock, allocates nothing, leaves errno alone. `format` as of printf.
[[gnu::format(printf, 2, 3)]] void log(LogLevel level, const char* format, ...);

// The same for a text of any length that is ready, whatever the level.
void log_line(std::string_view text);

}  // namespace tapstack::shim
