// ProtobufEventCodec: events as the messages of proto/wonjang/v1/event.proto (docs/formats/events.md).
//
// encode() writes the wire format itself, straight from the Event, with the generated field numbers: fields
// in rising order, defaults left out, so one event has one spelling and no library release can change it. The
// generated classes read the bytes back (the commonest kinds are read without them, plain_decode.h), and a
// test has them write every golden event again: the same bytes.
//
// Text is UTF-8: a byte sequence that isn't is written as U+FFFD, so that whatever was stored can be read.
// The fields of type `bytes` (evidence, an API key's hash) carry any bytes.
//
// decode() refuses what it can't keep whole: a body, a field, a format version or a currency it doesn't know,
// an id that isn't 16 bytes, a number too large for its type. Code numbers it doesn't know are kept. Threads:
// any.
#pragma once

#include "ports/event_codec.h"

namespace wonjang {

class ProtobufEventCodec final : public EventCodec {
 public:
  static constexpr std::uint32_t kFormatVersion = 1;
  static constexpr std::size_t kEventBytesMax = std::size_t{16} << 20U;  // decode() refuses longer ones

  ProtobufEventCodec();
  void encode(const Event& event, std::string& out) const override;
  Result<Event> decode(std::string_view bytes) const override;
};

}  // namespace wonjang
