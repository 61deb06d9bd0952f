#include "wire/tcp_options.h"

#include <algorithm>

#include "util/assert.h"
#include "util/bytes.h"

namespace tapstack::wire {
namespace {

using namespace tcp_option;

constexpr size_t padded(size_t bytes) { return (bytes + 3) / 4 * 4; }

TcpTimestamps load_timestamps(const uint8_t* data) {
  return {load_be32(data), load_be32(data + 4)};
}

void parse_sack(std::span<const uint8_t> data, TcpOptions& out) {
  const size_t blocks = data.size() / kSackBlockBytes;
  if (blocks == 0 || blocks > TcpOptions::kSackBlocksMax || data.size() % kSackBlockBytes != 0) {
    return;
  }
  for (size_t i = 0; i < blocks; ++i) {
    const uint8_t* block = data.data() + i * kSackBlockBytes;
    out.sack_blocks[i] = {load_be32(block), load_be32(block + 4)};
  }
  out.sack_block_count = static_cast<uint8_t>(blocks);
}

void parse_fast_open(std::span<const uint8_t> data, bool is_experimental, TcpOptions& out) {
  const bool is_cookie = data.size() >= TcpFastOpenCookie::kBytesMin &&
                         data.size() <= TcpFastOpenCookie::kBytesMax && data.size() % 2 == 0;
  if (!data.empty() && !is_cookie) return;
  TcpFastOpenCookie cookie;
  std::copy(data.begin(), data.end(), cookie.octets.begin());
  cookie.bytes = static_cast<uint8_t>(data.size());
  cookie.is_experimental = is_experimental;
  out.fast_open = cookie;
}

// RFC 6994 3. Other experiments are none of ours.
void parse_experimental(std::span<const uint8_t> data, TcpOptions& out) {
  if (data.size() < 2 || load_be16(data.data()) != kExperimentFastOpen) return;
  parse_fast_open(data.subspan(2), true, out);
}

// RFC 9293 3.1: what is known (MUST-4); anything else is skipped (MUST-6).
void parse_one(const TcpOption& option, TcpOptions& out) {
  const uint8_t* data = option.data.data();
  const size_t length = option.data.size() + 2;
  switch (option.kind) {
    case kMss:
      if (length == kMssBytes) out.mss = load_be16(data);
      break;
    case kWindowScale:
      if (length == kWindowScaleBytes) out.window_scale = data[0];
      break;
    case kSackPermitted:
      if (length == kSackPermittedBytes) out.sack_permitted = true;
      break;
    case kTimestamps:
      if (length == kTimestampsBytes) out.timestamps = load_timestamps(data);
      break;
    case kSack:
      parse_sack(option.data, out);
      break;
    case kFastOpen:
      parse_fast_open(option.data, false, out);
      break;
    case kExperimental:
      parse_experimental(option.data, out);
      break;
    default:
      break;
  }
}

// Appends options; knows how much room there is. Padding consists of no-operations in front of an
// option, so nothing follows the last one that would have to be zero (RFC 9293 3.1, MUST-69).
class Writer {
 public:
  explicit Writer(std::span<uint8_t> out) : out_(out) {}
  void u8(uint8_t v) { *take(1) = v; }
  void u16(uint16_t v) { store_be16(take(2), v); }
  void u32(uint32_t v) { store_be32(take(4), v); }
  void bytes(std::span<const uint8_t> v) { std::copy(v.begin(), v.end(), take(v.size())); }
  void no_operations(size_t n) { std::fill_n(take(n), n, kNoOperation); }
  void begin(uint8_t kind, size_t length) {
    u8(kind);
    u8(static_cast<uint8_t>(length));
  }
  size_t written() const { return written_; }

 private:
  uint8_t* take(size_t n) {
    TAPSTACK_ASSERT(n <= out_.size() - written_);
    written_ += n;
    return out_.data() + written_ - n;
  }

  std::span<uint8_t> out_;
  size_t written_ = 0;
};

void write_timestamps(Writer& w, const TcpTimestamps& timestamps) {
  w.begin(kTimestamps, kTimestampsBytes);
  w.u32(timestamps.value);
  w.u32(timestamps.echo_reply);
}

// The two fill a row of 12 bytes together; each alone is preceded by two no-operations.
void write_sack_permitted_and_timestamps(Writer& w, const TcpOptions& options) {
  if (options.sack_permitted != options.timestamps.has_value()) w.no_operations(2);
  if (options.sack_permitted) w.begin(kSackPermitted, kSackPermittedBytes);
  if (options.timestamps) write_timestamps(w, *options.timestamps);
}

void write_sack(Writer& w, std::span<const TcpSackBlock> blocks) {
  w.no_operations(2);
  w.begin(kSack, kSackBytes + blocks.size() * kSackBlockBytes);
  for (const TcpSackBlock& block : blocks) {
    w.u32(block.left_edge);
    w.u32(block.right_edge);
  }
}

size_t bytes_of(const TcpFastOpenCookie& cookie) {
  return (cookie.is_experimental ? kExperimentalBytes : kFastOpenBytes) + cookie.bytes;
}

void write_fast_open(Writer& w, const TcpFastOpenCookie& cookie) {
  const size_t length = bytes_of(cookie);
  w.begin(cookie.is_experimental ? kExperimental : kFastOpen, length);
  if (cookie.is_experimental) w.u16(kExperimentFastOpen);
  w.bytes(cookie.view());
  w.no_operations(padded(length) - length);  // behind, as Linux has them
}

}  // namespace

TcpOptions TcpOptions::parse(std::span<const uint8_t> options) {
  TcpOptions out;
  // RFC 7323 appendix A: what nearly every segment of an established connection carries.
  if (options.size() == padded(kTimestampsBytes) && load_be32(options.data()) == 0x0101080a) {
    out.timestamps = load_timestamps(options.data() + 4);
    return out;
  }
  for (TcpOptionWalk walk(options); const auto option = walk.next();) parse_one(*option, out);
  return out;
}

bool TcpOptions::add_sack_block(const TcpSackBlock& block) {
  if (sack_block_count == kSackBlocksMax) return false;
  sack_blocks[sack_block_count++] = block;
  if (size_bytes() <= kBytesMax) return true;
  --sack_block_count;
  return false;
}

size_t TcpOptions::size_bytes() const {
  size_t n = 0;
  if (mss) n += kMssBytes;
  n += padded((sack_permitted ? kSackPermittedBytes : 0) + (timestamps ? kTimestampsBytes : 0));
  if (window_scale) n += padded(kWindowScaleBytes);
  if (fast_open) n += padded(bytes_of(*fast_open));
  if (sack_block_count > 0) n += padded(kSackBytes + sack_block_count * kSackBlockBytes);
  return n;
}

size_t emit(std::span<uint8_t> out, const TcpOptions& options) {
  TAPSTACK_ASSERT(options.size_bytes() <= kBytesMax);
  Writer w(out);
  if (options.mss) {
    w.begin(kMss, kMssBytes);
    w.u16(*options.mss);
  }
  write_sack_permitted_and_timestamps(w, options);
  if (options.window_scale) {
    w.no_operations(1);
    w.begin(kWindowScale, kWindowScaleBytes);
    w.u8(*options.window_scale);
  }
  if (options.fast_open) write_fast_open(w, *options.fast_open);
  if (options.sack_block_count > 0) write_sack(w, options.sack());
  return w.written();
}

}  // namespace tapstack::wire
