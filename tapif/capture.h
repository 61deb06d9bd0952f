// A device whose frames go into a capture file as well.
#pragma once

#include <memory>
#include <string>

#include "tapif/device.h"

namespace tapstack::tapif {

struct CaptureSettings {
  std::string path;      // written anew, unless goes_on
  bool cut = false;      // superframes are cut to packets in the file
  int fd_floor = 0;      // the file's descriptor is placed at this number or above
  bool goes_on = false;  // another process has begun it
};

// Frames in both directions, in a pcap file with nanoseconds of real time. Checksums are completed
// in the file. Each frame is in the file when read() or write() returns, so a reader can follow. A
// full disk ends the capture, not the device. Failures: ELIBACC (libpcap is not installed), and
// those of open(2).
Opened open_capture(std::unique_ptr<Device> device, const CaptureSettings& settings);

}  // namespace tapstack::tapif
