/* event_file.h: TensorBoard's event files: records of protocol buffers, each with two checksums.
 *
 *   record  = length (8 bytes) crc(length) (4) bytes crc(bytes) (4), all little-endian
 *   crc     = CRC-32C, rotated right by 15 bits, plus 0xa282ead8
 *   message = Event { 1: wall_time double, 2: step, 3: file_version | 5: Summary { 1: Value* } }
 *             Value { 1: tag, 2: simple_value float | 8: TensorProto, 9: metadata } */
#ifndef MATINEE_TRACKERS_EVENT_FILE_H
#define MATINEE_TRACKERS_EVENT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "trackers/tracker.h"

/* CRC-32C (Castagnoli) of some bytes: 0xe3069283 for "123456789". */
uint32_t event_file_crc32c(const void *bytes, size_t size);
/* Appends the record that every event file begins with. */
void event_file_begin(struct buffer *out, double wall_time);
/* Appends one record with some scalars of a step. */
void event_file_scalars(struct buffer *out, double wall_time, int64_t step,
                        const struct tracker_scalar *scalars, size_t count);
/* Appends one record with a text for the TEXT page, as Markdown. */
void event_file_text(struct buffer *out, double wall_time, const char *tag, const char *text);

#endif
