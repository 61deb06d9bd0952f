// Messages of the library: on stderr only, and only when fatal or asked for (TAPSTACK_LOG).
#pragma once

#include <cstdint>

namespace tapstack::shim {

enum class LogLevel : uint8_t { kError, kWarn, kInfo, kDebug, kTrace };

void set_log_level(LogLevel level);
bool is_logged(LogLevel level);

// Writes "tapstack: <text>\n" with one write(2), cut to 511 bytes. Takes no lock, allocates
// nothing, leaves errno alone. `format` as of printf.
[[gnu::format(printf, 2, 3)]] void log(LogLevel level, const char* format, ...);

}  // namespace tapstack::shim
