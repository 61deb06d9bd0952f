#include "tapif/open_device.h"

#include "tapif/capture.h"
#include "tapif/impaired_device.h"
#include "tapif/stream_device.h"
#include "tapif/tap.h"

namespace tapstack::tapif {

Opened open_device(const DeviceSettings& settings) {
  Opened opened = settings.stream_path.empty() ? open_tap(settings.tap) : open_stream(settings);
  if (!opened) return opened;
  if (settings.impairment) {
    opened.device = impair(std::move(opened.device), *settings.impairment);
  }
  if (settings.capture_path.empty()) return opened;
  return open_capture(std::move(opened.device), {settings.capture_path, settings.capture_cut,
                                                 settings.tap.fd_floor, settings.capture_goes_on});
}

}  // namespace tapstack::tapif
