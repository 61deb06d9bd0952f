// Options of the TCP header: RFC 9293 3.2 (MSS), RFC 7323 (window scale, timestamps), RFC 2018
// (SACK), RFC 7413 (Fast Open).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/tcp.h"

namespace tapstack::wire {

namespace tcp_option {
// Kinds.
inline constexpr uint8_t kEndOfList = 0;
inline constexpr uint8_t kNoOperation = 1;
inline constexpr uint8_t kMss = 2;
inline constexpr uint8_t kWindowScale = 3;
inline constexpr uint8_t kSackPermitted = 4;
inline constexpr uint8_t kSack = 5;
inline constexpr uint8_t kTimestamps = 8;
inline constexpr uint8_t kFastOpen = 34;
inline constexpr uint8_t kExperimental = 254;  // RFC 4727; two bytes say what it is (RFC 6994)
// Lengths in bytes, kind and length included.
inline constexpr size_t kMssBytes = 4;
inline constexpr size_t kWindowScaleBytes = 3;
inline constexpr size_t kSackPermittedBytes = 2;
inline constexpr size_t kSackBytes = 2;  // and kSackBlockBytes for each block
inline constexpr size_t kSackBlockBytes = 8;
inline constexpr size_t kTimestampsBytes = 10;
inline constexpr size_t kFastOpenBytes = 2;  // and the cookie
inline constexpr size_t kExperimentalBytes = 4;
// Identifiers of experiments (RFC 6994 3).
inline constexpr uint16_t kExperimentFastOpen = 0xf989;  // before RFC 7413 had a kind of its own
// Room for all of them in a header.
inline constexpr size_t kBytesMax = TcpView::kHeaderBytesMax - TcpView::kHeaderBytesMin;
}  // namespace tcp_option

struct TcpOption {
  uint8_t kind = 0;
  std::span<const uint8_t> data;  // what follows kind and length
};

// Walks over the options one by one, skipping no-operations, up to the end of the list. Every other
// kind has a length (RFC 9293 3.1, MUST-68), and none need be aligned (3.2, MUST-64).
//   for (TcpOptionWalk walk(view.options()); auto option = walk.next();) ...
class TcpOptionWalk {
 public:
  constexpr explicit TcpOptionWalk(std::span<const uint8_t> options) : rest_(options) {}

  // Empty at the end, or where a length is illegal: below 2, or beyond the header. Nothing can be
  // read behind such an option (RFC 9293 MUST-7).
  constexpr std::optional<TcpOption> next() {
    while (!rest_.empty() && rest_[0] == tcp_option::kNoOperation) rest_ = rest_.subspan(1);
    if (is_malformed_ || rest_.empty() || rest_[0] == tcp_option::kEndOfList) return std::nullopt;
    const size_t length = rest_.size() >= 2 ? rest_[1] : 0;
    if (length < 2 || length > rest_.size()) {
      is_malformed_ = true;
      return std::nullopt;
    }
    const TcpOption option{rest_[0], rest_.subspan(2, length - 2)};
    rest_ = rest_.subspan(length);
    return option;
  }

  // Whether next() stopped at an illegal length.
  constexpr bool is_malformed() const { return is_malformed_; }

 private:
  std::span<const uint8_t> rest_;
  bool is_malformed_ = false;
};

// Sequence space [left_edge, right_edge) that the receiver holds (RFC 2018 3).
struct TcpSackBlock {
  uint32_t left_edge = 0;
  uint32_t right_edge = 0;
  constexpr bool operator==(const TcpSackBlock&) const = default;
};

struct TcpTimestamps {
  uint32_t value = 0;       // TSval
  uint32_t echo_reply = 0;  // TSecr
  constexpr bool operator==(const TcpTimestamps&) const = default;
};

// RFC 7413 4.1.1: 4 to 16 bytes, an even number; none at all asks for one.
struct TcpFastOpenCookie {
  static constexpr size_t kBytesMin = 4;
  static constexpr size_t kBytesMax = 16;
  std::array<uint8_t, kBytesMax> octets{};
  uint8_t bytes = 0;
  bool is_experimental = false;  // in the option of RFC 6994, which older hosts use
  constexpr bool is_request() const { return bytes == 0; }
  constexpr std::span<const uint8_t> view() const& { return {octets.data(), bytes}; }
  std::span<const uint8_t> view() const&& = delete;  // of what is gone at the end of the line
};

// The options of one segment. Values are as they stand in the segment: whoever uses them limits a
// window scale to 14 (RFC 7323 2.3) and an MSS from below, and heeds which belong on a SYN only.
struct TcpOptions {
  static constexpr size_t kSackBlocksMax = 4;

  std::optional<uint16_t> mss;          // bytes
  std::optional<uint8_t> window_scale;  // shift count
  bool sack_permitted = false;
  uint8_t sack_block_count = 0;
  std::optional<TcpTimestamps> timestamps;
  std::optional<TcpFastOpenCookie> fast_open;
  std::array<TcpSackBlock, kSackBlocksMax> sack_blocks{};  // the first sack_block_count

  constexpr std::span<const TcpSackBlock> sack() const {
    return {sack_blocks.data(), sack_block_count};
  }
  // Appends a block; false if there are four already or no room beside the other options.
  bool add_sack_block(const TcpSackBlock& block);

  // Never fails: an option that is unknown, or known with a length not its own, is skipped; the
  // options after an illegal length are lost. Of repeated options the last one counts.
  static TcpOptions parse(std::span<const uint8_t> options);
  // Bytes that emit() writes: a multiple of 4. More than tcp_option::kBytesMax do not fit in a
  // header.
  size_t size_bytes() const;
};

// Writes the options, padded with no-operations so that they are aligned, and returns how many
// bytes: options.size_bytes(), which must fit in `out` and in a header.
size_t emit(std::span<uint8_t> out, const TcpOptions& options);

}  // namespace tapstack::wire
