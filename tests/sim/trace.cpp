#include "tests/sim/trace.h"

#include <cstdarg>

namespace tapstack::sim {

Trace::~Trace() {
  if (pcap_ != nullptr) std::fclose(pcap_);
}

bool Trace::capture_to(const std::string& path) {
  pcap_ = std::fopen(path.c_str(), "wb");
  if (pcap_ == nullptr) return false;
  // libpcap's file header: magic (microseconds), version 2.4, snap length, link type Ethernet.
  const uint32_t header[] = {0xa1b2c3d4u, 2u + (4u << 16), 0, 0, 262'144, 1};
  return std::fwrite(header, sizeof header, 1, pcap_) == 1;
}

void Trace::mix_in(std::span<const uint8_t> bytes) {
  for (const uint8_t byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001b3u;
}

void Trace::mix_in(uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3u; }

void Trace::frame(Instant now, int host, std::span<const uint8_t> bytes) {
  ++frames_;
  mix_in(static_cast<uint64_t>(now.us()));
  mix_in(static_cast<uint64_t>(host));
  mix_in(bytes);
  if (out_ != nullptr) {
    std::fprintf(out_, "%12.6f host %d sends %zu bytes\n", static_cast<double>(now.us()) / 1e6,
                 host, bytes.size());
  }
  if (pcap_ != nullptr) {
    const uint32_t record[] = {
        static_cast<uint32_t>(now.us() / 1'000'000), static_cast<uint32_t>(now.us() % 1'000'000),
        static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(bytes.size())};
    std::fwrite(record, sizeof record, 1, pcap_);
    std::fwrite(bytes.data(), 1, bytes.size(), pcap_);
  }
}

void Trace::note(Instant now, int host, const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  const int n = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  mix_in(static_cast<uint64_t>(now.us()));
  mix_in(static_cast<uint64_t>(n));
  for (const char* c = text; *c != '\0'; ++c) mix_in(static_cast<uint64_t>(*c));
  if (out_ != nullptr) {
    std::fprintf(out_, "%12.6f host %d %s\n", static_cast<double>(now.us()) / 1e6, host, text);
  }
}

}  // namespace tapstack::sim
