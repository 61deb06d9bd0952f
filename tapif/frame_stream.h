// Frames over a stream socket, as QEMU's stream netdev and passt exchange them: four bytes of
// length in network byte order, then the frame.
#pragma once

#include <span>
#include <vector>

#include "core/api/run.h"

namespace tapstack::tapif {

// The two directions of one connected, non-blocking stream socket. What the socket takes or gives
// of a frame in part is kept here. It does not own the descriptor.
class FrameStream {
 public:
  // `frame_bytes_max`: a longer one is taken for garbage.
  FrameStream(int fd, size_t frame_bytes_max) : fd_(fd), frame_bytes_max_(frame_bytes_max) {}

  // One frame into the spans; a longer one is cut. Returns its length, 0 when none is whole yet, or
  // -errno: ENODEV (the other side has closed), EBADFD (what comes is not framed).
  int read(std::span<const Bytes> spans);

  // Returns 0 when the frame is taken, of which a part may still wait for flush(); -EAGAIN: not
  // now; -ENODEV: the other side has closed.
  int write(std::span<const ConstBytes> spans);
  // Sends what waits. Returns as write().
  int flush();
  bool has_unsent() const { return !unsent_.empty(); }

  // So that another process can go on with the descriptor: what has begun is brought to its end, a
  // frame that has come in part is lost. False when the other side did not do its part within
  // `limit`: nobody can go on with this stream.
  bool settle(Duration limit);

 private:
  int read_whole(std::span<const Bytes> spans, size_t frame_bytes);
  int take_part(std::span<const Bytes> spans);

  int fd_;
  size_t frame_bytes_max_;
  std::vector<uint8_t> partial_;  // length and frame, as far as they have come
  std::vector<uint8_t> unsent_;   // the rest of a frame that was sent in part
};

}  // namespace tapstack::tapif
