#include "tapif/capture.h"

#include <stdio_ext.h>

#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

#include "tapif/checksum.h"
#include "tapif/frame_bytes.h"
#include "tapif/os.h"
#include "tapif/pcap_library.h"
#include "tapif/segment.h"

namespace tapstack::tapif {
namespace {

constexpr size_t kFileBufferBytes = 128 * 1024;  // more than a superframe: one write each

class CaptureFile {
 public:
  CaptureFile(const PcapLibrary& library, pcap_t* pcap, pcap_dumper_t* dumper)
      : library_(library), pcap_(pcap), dumper_(dumper) {}
  CaptureFile(const CaptureFile&) = delete;
  CaptureFile& operator=(const CaptureFile&) = delete;
  ~CaptureFile() {
    library_.dump_close(dumper_);
    library_.close(pcap_);
  }

  void append(ConstBytes frame) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    pcap_pkthdr header{};
    header.ts.tv_sec = now.tv_sec;
    header.ts.tv_usec = now.tv_nsec;  // the file's precision is that of nanoseconds
    header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
    library_.dump(reinterpret_cast<u_char*>(dumper_), &header, frame.data());
  }
  void flush() { library_.dump_flush(dumper_); }

 private:
  const PcapLibrary& library_;
  pcap_t* pcap_;
  pcap_dumper_t* dumper_;
};

class CaptureDevice final : public Device {
 public:
  CaptureDevice(std::unique_ptr<Device> device, std::unique_ptr<CaptureFile> file, bool cut)
      : device_(std::move(device)),
        file_(std::move(file)),
        cut_(cut),
        frame_(kFrameBytesMax),
        packet_(cut ? kFrameBytesMax : 0) {}

  const DeviceInfo& info() const override { return device_->info(); }
  int fd() const override { return device_->fd(); }
  int status_fd() const override { return device_->status_fd(); }
  int check_status() override { return device_->check_status(); }
  void settle() override { device_->settle(); }
  bool is_drained() const override { return device_->is_drained(); }
  Failure reopen() override { return device_->reopen(); }
  Instant next_deadline() const override { return device_->next_deadline(); }

  int read(Instant now, std::span<const Bytes> spans, api::Offload& offload) override {
    const int n = device_->read(now, spans, offload);
    if (n > 0) append(gather_bytes(spans, static_cast<size_t>(n), frame_), offload);
    return n;
  }

  int write(Instant now, std::span<const ConstBytes> spans, const api::Offload& offload) override {
    const int r = device_->write(now, spans, offload);
    if (r == 0) append(gather_bytes(spans, frame_.size(), frame_), offload);
    return r;
  }

 private:
  void append(size_t bytes, const api::Offload& offload) {
    const Bytes frame = Bytes(frame_).first(bytes);
    if (cut_) {
      Segmenter segmenter(frame, offload);
      while (const size_t n = segmenter.next(packet_)) file_->append(ConstBytes(packet_).first(n));
    } else {
      complete_checksum(frame, offload);
      file_->append(frame);
    }
    file_->flush();
  }

  std::unique_ptr<Device> device_;
  std::unique_ptr<CaptureFile> file_;
  bool cut_;
  std::vector<uint8_t> frame_;
  std::vector<uint8_t> packet_;
};

Failure cannot_write(const std::string& path, int error) {
  return {error, "cannot write the capture file " + path + ": " + std::strerror(error)};
}

}  // namespace

Opened open_capture(std::unique_ptr<Device> device, const CaptureSettings& settings) {
  const PcapLibrary* library = load_pcap_library();
  if (library == nullptr) {
    return Failure{ELIBACC, "cannot write the capture file " + settings.path +
                                ": libpcap is not installed (Debian: libpcap0.8)"};
  }
  int fd = os::open(settings.path.c_str(),
                    O_WRONLY | O_CREAT | (settings.goes_on ? O_APPEND : O_TRUNC), 0644);
  if (fd < 0) return cannot_write(settings.path, -fd);
  fd = os::move_above(fd, settings.fd_floor);
  FILE* file = ::fdopen(fd, "w");
  if (file == nullptr) {
    os::close(fd);
    return cannot_write(settings.path, ENOMEM);
  }
  ::setvbuf(file, nullptr, _IOFBF, kFileBufferBytes);
  pcap_t* pcap = library->open_dead(DLT_EN10MB, kFrameBytesMax, PCAP_TSTAMP_PRECISION_NANO);
  pcap_dumper_t* dumper = pcap != nullptr ? library->dump_fopen(pcap, file) : nullptr;
  if (dumper == nullptr) {
    if (pcap != nullptr) library->close(pcap);
    ::fclose(file);
    return cannot_write(settings.path, ENOMEM);
  }
  if (settings.goes_on) ::__fpurge(file);  // the header, which is there already
  library->dump_flush(dumper);
  auto capture = std::make_unique<CaptureFile>(*library, pcap, dumper);
  return std::unique_ptr<Device>(
      std::make_unique<CaptureDevice>(std::move(device), std::move(capture), settings.cut));
}

}  // namespace tapstack::tapif
