/* event_file.c: see event_file.h.
 *
 * Source   tensorboard/compat/proto/{event,summary,tensor}.proto; the framing is that of TFRecord;
 *          Castagnoli 1993 for the polynomial, 0x82f63b78 with its bits reversed.
 * Cost     the checksum is by a table of 256 words made at the first use: 2 ns a byte.
 * Checked  tests/trackers/test_event_file.c by bytes; tools/check trackers by TensorBoard itself.
 */
#include "trackers/event_file.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u
#define MASK_DELTA 0xa282ead8u

/* ---- Checksums ---- */

static uint32_t table[256];

static void make_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
        table[i] = crc;
    }
}

uint32_t event_file_crc32c(const void *bytes, size_t size) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_table);
    const unsigned char *at = bytes;
    uint32_t crc = ~0u;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ at[i]) & 0xff];
    return ~crc;
}

static uint32_t masked(const void *bytes, size_t size) {
    uint32_t crc = event_file_crc32c(bytes, size);
    return (crc >> 15 | crc << 17) + MASK_DELTA;
}

/* ---- Protocol buffers ---- */

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static void put_little(struct buffer *out, uint64_t value, int bytes) {
    unsigned char text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (unsigned char)(value >> 8 * i);
    buffer_bytes(out, text, (size_t)bytes);
}

static void put_varint(struct buffer *out, uint64_t value) {
    unsigned char byte;
    do {
        byte = (unsigned char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        buffer_bytes(out, &byte, 1);
        value >>= 7;
    } while (value);
}

static void put_tag(struct buffer *out, unsigned field, enum wire wire) {
    put_varint(out, (uint64_t)field << 3 | wire);
}

static void put_field(struct buffer *out, unsigned field, const void *bytes, size_t size) {
    put_tag(out, field, WIRE_BYTES);
    put_varint(out, size);
    buffer_bytes(out, bytes, size);
}

static void put_message(struct buffer *out, unsigned field, const struct buffer *message) {
    put_field(out, field, message->bytes, message->size);
}

static void put_double(struct buffer *out, unsigned field, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_tag(out, field, WIRE_64);
    put_little(out, bits, 8);
}

static void put_float(struct buffer *out, unsigned field, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_tag(out, field, WIRE_32);
    put_little(out, bits, 4);
}

static void put_int(struct buffer *out, unsigned field, int64_t value) {
    put_tag(out, field, WIRE_VARINT);
    put_varint(out, (uint64_t)value);
}

/* ---- Records ---- */

static void put_record(struct buffer *out, const struct buffer *message) {
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)message->size >> 8 * i);
    buffer_bytes(out, length, sizeof length);
    put_little(out, masked(length, sizeof length), 4);
    buffer_bytes(out, message->bytes, message->size);
    put_little(out, masked(message->bytes, message->size), 4);
}

void event_file_begin(struct buffer *out, double wall_time) {
    static const char version[] = "brain.Event:2";
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct buffer event;
    buffer_init(&event, scratch);
    put_double(&event, 1, wall_time);
    put_field(&event, 3, version, sizeof version - 1);
    put_record(out, &event);
    arena_reset(scratch, mark);
}

/* An event around a summary. */
static void put_event(struct buffer *out, double wall_time, int64_t step,
                      const struct buffer *summary) {
    struct buffer event;
    buffer_init(&event, arena_scratch());
    put_double(&event, 1, wall_time);
    put_int(&event, 2, step);
    put_message(&event, 5, summary);
    put_record(out, &event);
}

void event_file_scalars(struct buffer *out, double wall_time, int64_t step,
                        const struct tracker_scalar *scalars, size_t count) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct buffer summary, value;
    buffer_init(&summary, scratch);
    for (size_t i = 0; i < count; i++) {
        buffer_init(&value, scratch);
        put_field(&value, 1, scalars[i].name, strlen(scalars[i].name));
        put_float(&value, 2, (float)scalars[i].value);
        put_message(&summary, 1, &value);
    }
    put_event(out, wall_time, step, &summary);
    arena_reset(scratch, mark);
}

void event_file_text(struct buffer *out, double wall_time, const char *tag, const char *text) {
    enum { DT_STRING = 7 };
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct buffer plugin, metadata, dimension, shape, tensor, value, summary;
    struct buffer *const all[] = {&plugin, &metadata, &dimension, &shape,
                                  &tensor, &value,    &summary};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_init(all[i], scratch);
    put_field(&plugin, 1, "text", 4);
    put_message(&metadata, 1, &plugin);
    put_int(&dimension, 1, 1);
    put_message(&shape, 2, &dimension);
    put_int(&tensor, 1, DT_STRING);
    put_message(&tensor, 2, &shape);
    put_field(&tensor, 8, text, strlen(text));
    put_field(&value, 1, tag, strlen(tag));
    put_message(&value, 8, &tensor);
    put_message(&value, 9, &metadata);
    put_message(&summary, 1, &value);
    put_event(out, wall_time, 0, &summary);
    arena_reset(scratch, mark);
}
