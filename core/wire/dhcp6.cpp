#include "wire/dhcp6.h"

#include <algorithm>

#include "util/assert.h"

namespace tapstack::wire {
namespace {

constexpr size_t kFixedBytes = 4;
constexpr size_t kOptionHeaderBytes = 4;
constexpr size_t kIaNaBytes = 12;
constexpr size_t kIaAddressBytes = 24;
constexpr uint16_t kDuidLl = 3;
constexpr uint16_t kEthernet = 1;

void store(uint8_t* p, const Dhcp6IaAddress& a) {
  store_ip6(p, a.address);
  store_be32(p + 16, a.preferred_s);
  store_be32(p + 20, a.valid_s);
}

}  // namespace

std::optional<Dhcp6Option> Dhcp6OptionWalk::next() {
  if (rest_.size() < kOptionHeaderBytes) return std::nullopt;
  const size_t length = load_be16(&rest_[2]);
  if (kOptionHeaderBytes + length > rest_.size()) return std::nullopt;
  const Dhcp6Option option{load_be16(&rest_[0]), rest_.subspan(kOptionHeaderBytes, length)};
  rest_ = rest_.subspan(kOptionHeaderBytes + length);
  return option;
}

std::optional<std::span<const uint8_t>> find_dhcp6_option(std::span<const uint8_t> options,
                                                          uint16_t code) {
  Dhcp6OptionWalk walk(options);
  while (const auto option = walk.next()) {
    if (option->code == code) return option->data;
  }
  return std::nullopt;
}

Dhcp6Status dhcp6_status(std::span<const uint8_t> options) {
  const auto status = find_dhcp6_option(options, dhcp6_option::kStatusCode);
  if (!status) return Dhcp6Status::kSuccess;
  if (status->size() < 2) return Dhcp6Status::kUnspecFail;
  return static_cast<Dhcp6Status>(load_be16(status->data()));
}

std::optional<Dhcp6View> Dhcp6View::parse(std::span<const uint8_t> bytes) {
  if (bytes.size() < kFixedBytes) return std::nullopt;
  return Dhcp6View(bytes);
}

std::optional<uint32_t> Dhcp6View::option_u32(uint16_t code) const {
  const auto data = find_dhcp6_option(options(), code);
  if (!data || data->size() != 4) return std::nullopt;
  return load_be32(data->data());
}

uint8_t Dhcp6View::preference() const {
  const auto data = find_dhcp6_option(options(), dhcp6_option::kPreference);
  return data && data->size() == 1 ? (*data)[0] : uint8_t{0};
}

std::optional<Dhcp6IaNa> Dhcp6IaNa::parse(std::span<const uint8_t> data) {
  if (data.size() < kIaNaBytes) return std::nullopt;
  return Dhcp6IaNa{load_be32(&data[0]), load_be32(&data[4]), load_be32(&data[8]),
                   data.subspan(kIaNaBytes)};
}

std::optional<Dhcp6IaAddress> Dhcp6IaAddress::parse(std::span<const uint8_t> data) {
  if (data.size() < kIaAddressBytes) return std::nullopt;
  return Dhcp6IaAddress{load_ip6(&data[0]), load_be32(&data[16]), load_be32(&data[20])};
}

Dhcp6Writer::Dhcp6Writer(std::span<uint8_t> out, Dhcp6Type type, uint32_t transaction)
    : out_(out), used_(kFixedBytes) {
  TAPSTACK_ASSERT(out.size() >= kFixedBytes);
  store_be32(out.data(), (transaction & 0xffffff) | uint32_t{static_cast<uint8_t>(type)} << 24);
}

uint8_t* Dhcp6Writer::room_for(uint16_t code, size_t data_bytes) {
  if (used_ + kOptionHeaderBytes + data_bytes > out_.size()) return nullptr;
  uint8_t* p = out_.data() + used_;
  store_be16(p, code);
  store_be16(p + 2, static_cast<uint16_t>(data_bytes));
  used_ += kOptionHeaderBytes + data_bytes;
  return p + kOptionHeaderBytes;
}

void Dhcp6Writer::option(uint16_t code, std::span<const uint8_t> data) {
  uint8_t* p = room_for(code, data.size());
  if (p != nullptr) std::copy(data.begin(), data.end(), p);
}

void Dhcp6Writer::option_u16(uint16_t code, uint16_t value) {
  if (uint8_t* p = room_for(code, 2)) store_be16(p, value);
}

void Dhcp6Writer::option_u32(uint16_t code, uint32_t value) {
  if (uint8_t* p = room_for(code, 4)) store_be32(p, value);
}

void Dhcp6Writer::option_request(std::span<const uint16_t> codes) {
  uint8_t* p = room_for(dhcp6_option::kOptionRequest, 2 * codes.size());
  for (size_t i = 0; p != nullptr && i < codes.size(); ++i) store_be16(p + 2 * i, codes[i]);
}

void Dhcp6Writer::ia_na(uint32_t id, uint32_t t1_s, uint32_t t2_s, const Dhcp6IaAddress* address) {
  const size_t inner = address != nullptr ? kOptionHeaderBytes + kIaAddressBytes : 0;
  uint8_t* p = room_for(dhcp6_option::kIaNa, kIaNaBytes + inner);
  if (p == nullptr) return;
  store_be32(p, id);
  store_be32(p + 4, t1_s);
  store_be32(p + 8, t2_s);
  if (address == nullptr) return;
  p += kIaNaBytes;
  store_be16(p, dhcp6_option::kIaAddress);
  store_be16(p + 2, kIaAddressBytes);
  store(p + kOptionHeaderBytes, *address);
}

void emit_duid_ll(std::span<uint8_t, kDuidLlBytes> out, const MacAddress& mac) {
  store_be16(&out[0], kDuidLl);
  store_be16(&out[2], kEthernet);
  store_mac(&out[4], mac);
}

}  // namespace tapstack::wire
