/* tags.c: see tags.h. Cost: one sort of all applications. Checked by the readers' tests: 3,683
 * applications in MovieLens latest-small. */
#include "dataset/tags.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "dataset/assembly.h"
#include "dataset/encoding.h"
#include "dataset/fields.h"
#include "dataset/lines.h"

#define TAG_COLUMNS 4

void tags_release(struct tag_builder *builder) {
    if (builder->keys.text) {
        id_builder_release(&builder->keys);
        id_builder_release(&builder->spelled);
    }
    alloc_free(builder->pairs);
    *builder = (struct tag_builder){0};
}

static void add(struct tag_builder *builder, uint32_t item, struct text_slice tag,
                struct arena *scratch) {
    if (!builder->keys.text) {
        id_builder_init(&builder->keys);
        id_builder_init(&builder->spelled);
    }
    char *key = arena_copy_length(scratch, tag.start, tag.length);
    for (size_t i = 0; i < tag.length; i++)
        key[i] = (char)tolower((unsigned char)key[i]);
    uint32_t before = builder->keys.count;
    uint32_t index = id_builder_add(&builder->keys, key, tag.length);
    /* Two spellings of one tag are one key; one spelling never belongs to two keys. */
    if (index == before)
        id_builder_add(&builder->spelled, tag.start, tag.length);
    if (builder->count == builder->capacity) {
        builder->capacity = builder->capacity ? 2 * builder->capacity : 4096;
        builder->pairs = alloc_resize(builder->pairs, builder->capacity * sizeof *builder->pairs);
    }
    builder->pairs[builder->count++] = (uint64_t)item << 32 | index;
}

static enum status read_line(struct assembly *assembly, struct lines *lines, bool is_csv,
                             struct error *error) {
    struct arena *scratch = arena_scratch();
    struct text_slice fields[TAG_COLUMNS];
    size_t count =
        is_csv ? fields_split_csv(lines, ',', scratch, fields, TAG_COLUMNS)
               : fields_split(lines->text, lines->length, FIELDS_COLONS, fields, TAG_COLUMNS);
    if (count < 3)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s:%zu: expected user, item, tag and time, found %zu columns in %s; "
                         "repair or remove the line",
                         lines->shown, lines->number, count,
                         fields_shown((struct text_slice){lines->text, lines->length}));
    struct text_slice tag = fields_trimmed(fields[2]);
    if (encoding_utf8_fault(tag.start, tag.length) != tag.length) {
        if (is_csv)
            return error_set(error, STATUS_BAD_INPUT,
                             "%s:%zu: expected UTF-8, found the tag %s; convert the file "
                             "(iconv -f latin1 -t utf-8)",
                             lines->shown, lines->number, fields_shown(tag));
        tag.start = encoding_to_utf8(scratch, tag.start, tag.length);
        tag.length = strlen(tag.start);
    }
    uint32_t item = assembly_item(assembly, fields_trimmed(fields[1]), true);
    if (item == DATASET_NONE)
        assembly->tags.unknown_count++;
    else if (tag.length > 0 && tag.length <= ID_LENGTH_MAX)
        add(&assembly->tags, item, tag, scratch);
    return STATUS_OK;
}

enum status tags_read(struct assembly *assembly, const struct volume_member *member,
                      struct error *error) {
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    bool is_csv = true;
    while (lines_next(&lines)) {
        if (lines.number == 1) {
            is_csv = lines.length < 4 || !memmem(lines.text, lines.length, "::", 2);
            if (is_csv)
                continue; /* the header */
        }
        if (lines_is_blank(&lines))
            continue;
        if (read_line(assembly, &lines, is_csv, error) != STATUS_OK) {
            arena_reset(scratch, mark);
            lines_discard(&lines);
            return error->status;
        }
        arena_reset(scratch, mark);
    }
    return lines_close(&lines, error);
}

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int most_used_first(const void *a, const void *b) {
    const struct movie_tag *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->tag < y->tag ? -1 : x->tag > y->tag;
}

void tags_finish(struct tag_builder *builder, const uint32_t *item_rank, uint32_t item_count,
                 struct dataset *dataset) {
    if (builder->count == 0)
        return;
    struct arena *arena = &dataset->arena;
    uint64_t *pairs = builder->pairs;
    if (item_rank)
        for (size_t i = 0; i < builder->count; i++)
            pairs[i] = (uint64_t)item_rank[pairs[i] >> 32] << 32 | (uint32_t)pairs[i];
    qsort(pairs, builder->count, sizeof *pairs, by_value);
    struct movie_tag *tags = ARENA_ARRAY_RAW(arena, struct movie_tag, builder->count);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)item_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < builder->count; i++) {
        if (i > 0 && pairs[i] == pairs[i - 1]) {
            tags[count - 1].count++;
            continue;
        }
        tags[count++] = (struct movie_tag){(uint32_t)pairs[i], 1};
        offsets[(pairs[i] >> 32) + 1]++;
    }
    for (uint32_t item = 0; item < item_count; item++) {
        offsets[item + 1] += offsets[item];
        qsort(tags + offsets[item], offsets[item + 1] - offsets[item], sizeof *tags,
              most_used_first);
    }
    const char **names = ARENA_ARRAY(arena, const char *, builder->spelled.count);
    for (uint32_t tag = 0; tag < builder->spelled.count; tag++) {
        struct text_slice name = id_builder_name(&builder->spelled, tag);
        names[tag] = arena_copy_length(arena, name.start, name.length);
    }
    dataset->tag_count = builder->spelled.count;
    dataset->tags = names;
    dataset->tag_offsets = offsets;
    dataset->movie_tags = tags;
}
