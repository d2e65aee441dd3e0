/* tensor_file.c: safetensors files, written atomically and mapped for reading. Declared in
 * tensor.h.
 *
 * Layout   the data section has no holes (the format wants none), so tensors are written with the
 *          widest types first: each then starts at a multiple of its element's size. A foreign file
 *          may have them anywhere; what is misaligned is copied when it is opened.
 * Trust    nothing in the header is believed: lengths, offsets and products of shapes are held
 *          against the size of the file before anything is read.
 * Checked  tests/nn/test_tensor.c, fuzz/fuzz_model_file.c. */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/files.h"
#include "nn/tensor.h"

#define HEADER_BYTES_MAX ((uint64_t)100 << 20) /* the limit of other readers of the format */
#define DATA_ALIGNMENT 64

static const char *const type_names[] = {
    [TENSOR_F32] = "F32", [TENSOR_F64] = "F64",   [TENSOR_I32] = "I32",
    [TENSOR_I64] = "I64", [TENSOR_U8] = "U8",     [TENSOR_U32] = "U32",
    [TENSOR_U64] = "U64", [TENSOR_BF16] = "BF16", [TENSOR_I8] = "I8",
};

enum { TYPE_COUNT = sizeof type_names / sizeof *type_names };

/* ---- Writing --------------------------------------------------------------------------------- */

/* The tensors that have data, widest elements first; *used of them. */
static const struct tensor **in_file_order(const struct tensor *const *tensors, size_t count,
                                           struct arena *arena, size_t *used) {
    const struct tensor **ordered = ARENA_ARRAY(arena, const struct tensor *, count + 1);
    *used = 0;
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < count; i++)
            if (tensors[i]->data && tensor_type_bytes(tensors[i]->type) == width)
                ordered[(*used)++] = tensors[i];
    return ordered;
}

static json_t *describe(const struct tensor *tensor, size_t offset) {
    json_t *shape = json_array();
    for (unsigned i = 0; i < tensor->rank; i++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", type_names[tensor->type], "shape", shape,
                     "data_offsets", (json_int_t)offset,
                     (json_int_t)(offset + tensor_bytes(tensor)));
}

/* The header as text, padded so that the data start aligned; NULL if a text is not UTF-8. */
static char *header_text(const struct tensor *const *ordered, size_t count,
                         const struct tensor_metadata *metadata, size_t metadata_count,
                         struct arena *arena) {
    json_t *header = json_object(), *texts = json_object();
    int failed = 0;
    for (size_t i = 0; i < metadata_count; i++)
        failed |= json_object_set_new(texts, metadata[i].key, json_string(metadata[i].value));
    if (metadata_count > 0)
        failed |= json_object_set(header, "__metadata__", texts);
    for (size_t i = 0, offset = 0; i < count; i++) {
        failed |= json_object_set_new(header, ordered[i]->name, describe(ordered[i], offset));
        offset += tensor_bytes(ordered[i]);
    }
    char *padded = NULL;
    if (!failed) {
        const size_t length = json_dumpb(header, NULL, 0, JSON_COMPACT);
        const size_t full = (length + 8 + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT - 8;
        padded = arena_alloc(arena, full + 1);
        json_dumpb(header, padded, length, JSON_COMPACT);
        memset(padded + length, ' ', full - length);
    }
    json_decref(texts);
    json_decref(header);
    return padded;
}

static enum status write_all(struct files_writer *writer, const char *header,
                             const struct tensor *const *ordered, size_t count,
                             struct error *error) {
    const uint64_t length = strlen(header);
    unsigned char prefix[8];
    for (unsigned i = 0; i < 8; i++)
        prefix[i] = (unsigned char)(length >> (8 * i));
    TRY(files_writer_write(writer, prefix, sizeof prefix, error));
    TRY(files_writer_write(writer, header, (size_t)length, error));
    for (size_t i = 0; i < count; i++)
        TRY(files_writer_write(writer, ordered[i]->data, tensor_bytes(ordered[i]), error));
    return files_writer_commit(writer, error);
}

enum status tensor_file_write(const char *path, const struct tensor *const *tensors,
                              size_t tensor_count, const struct tensor_metadata *metadata,
                              size_t metadata_count, struct error *error) {
    struct arena arena = {0};
    size_t count;
    const struct tensor **ordered = in_file_order(tensors, tensor_count, &arena, &count);
    const char *header = header_text(ordered, count, metadata, metadata_count, &arena);
    enum status status;
    struct files_writer writer = {.descriptor = -1};
    if (!header)
        status = error_set(error, STATUS_BAD_INPUT,
                           "%s: cannot be written: a name or setting is not valid UTF-8", path);
    else if ((status = files_writer_open(&writer, path, error)) == STATUS_OK)
        status = write_all(&writer, header, ordered, count, error);
    arena_release(&arena);
    return status;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* What is said of every file that cannot be what it should be. */
static enum status broken(const struct tensor_file *file, struct error *error, const char *what) {
    return error_set(error, STATUS_BAD_INPUT, "%s: %s; save or fetch it again", file->path, what);
}

static enum status broken_tensor(const struct tensor_file *file, const char *name, const char *what,
                                 struct error *error) {
    return error_set(error, STATUS_BAD_INPUT, "%s: tensor '%.80s': %s; save or fetch it again",
                     file->path, name, what);
}

/* A count from JSON; false if it is not one. */
static bool take_count(const json_t *value, uint64_t *count) {
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *count = (uint64_t)json_integer_value(value);
    return true;
}

/* The data section of an open file. */
struct section {
    unsigned char *bytes;
    uint64_t size;
};

/* Reads dtype and shape. */
static const char *read_shape(struct tensor *tensor, const json_t *entry, uint64_t *bytes) {
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    size_t found = 0;
    while (type && found < TYPE_COUNT && strcmp(type, type_names[found]) != 0)
        found++;
    if (!type || found == TYPE_COUNT)
        return "its dtype is missing or none of F32 F64 I32 I64 U8 U32 U64 BF16 I8";
    tensor->type = (enum tensor_type)found;
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape) || json_array_size(shape) > TENSOR_RANK_MAX)
        return "expected a shape of at most 4 dimensions";
    tensor->rank = (unsigned)json_array_size(shape);
    *bytes = tensor_type_bytes(tensor->type);
    for (unsigned i = 0; i < tensor->rank; i++) {
        uint64_t extent;
        if (!take_count(json_array_get(shape, i), &extent) ||
            __builtin_mul_overflow(*bytes, extent, bytes))
            return "its shape is not one of counts that memory could hold";
        tensor->shape[i] = (size_t)extent;
    }
    return NULL;
}

static enum status read_tensor(struct tensor_file *file, struct section data, const char *name,
                               const json_t *entry, struct tensor *tensor, struct error *error) {
    tensor->name = arena_copy(&file->arena, name);
    uint64_t bytes = 0, begin, end;
    const char *wrong = read_shape(tensor, entry, &bytes);
    if (wrong)
        return broken_tensor(file, name, wrong, error);
    const json_t *offsets = json_object_get(entry, "data_offsets");
    if (json_array_size(offsets) != 2 || !take_count(json_array_get(offsets, 0), &begin) ||
        !take_count(json_array_get(offsets, 1), &end) || begin > end)
        return broken_tensor(file, name, "expected data_offsets [begin, end]", error);
    if (end > data.size)
        return broken_tensor(file, name, "its data lie outside the file, which is truncated",
                             error);
    if (end - begin != bytes)
        return broken_tensor(file, name, "its shape and its number of bytes differ", error);
    tensor->data = data.bytes + begin;
    return STATUS_OK;
}

static int by_place(const void *a, const void *b) {
    const struct tensor *const *left = a, *const *right = b;
    const uintptr_t x = (uintptr_t)(*left)->data, y = (uintptr_t)(*right)->data;
    if (x != y)
        return x < y ? -1 : 1;
    /* An empty tensor comes before the one that starts where it lies. */
    const size_t m = tensor_bytes(*left), n = tensor_bytes(*right);
    return (m > n) - (m < n);
}

/* The tensors must fill the section, without holes and without overlap. */
static enum status check_cover(const struct tensor_file *file, struct section data,
                               struct error *error) {
    struct arena arena = {0};
    const struct tensor **ordered =
        ARENA_ARRAY(&arena, const struct tensor *, file->tensor_count + 1);
    for (size_t i = 0; i < file->tensor_count; i++)
        ordered[i] = &file->tensors[i];
    qsort(ordered, file->tensor_count, sizeof *ordered, by_place);
    const unsigned char *end = data.bytes;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < file->tensor_count && status == STATUS_OK; i++) {
        if ((const unsigned char *)ordered[i]->data != end)
            status = broken_tensor(file, ordered[i]->name,
                                   "its data overlap another's or leave a gap", error);
        end = (const unsigned char *)ordered[i]->data + tensor_bytes(ordered[i]);
    }
    if (status == STATUS_OK && end != data.bytes + data.size)
        status = broken(file, error, "it is longer than its header says");
    arena_release(&arena);
    return status;
}

/* Copies what a foreign file put where its type cannot be read. */
static void align(struct tensor_file *file) {
    for (size_t i = 0; i < file->tensor_count; i++) {
        struct tensor *tensor = &file->tensors[i];
        if ((uintptr_t)tensor->data % tensor_type_bytes(tensor->type) == 0)
            continue;
        void *copy = arena_alloc_raw(&file->arena, tensor_bytes(tensor));
        memcpy(copy, tensor->data, tensor_bytes(tensor));
        tensor->data = copy;
    }
}

static enum status read_metadata(struct tensor_file *file, json_t *texts, struct error *error) {
    file->metadata = ARENA_ARRAY(&file->arena, struct tensor_metadata, json_object_size(texts) + 1);
    const char *key;
    json_t *value;
    json_object_foreach(texts, key, value) {
        if (!json_is_string(value))
            return broken(file, error, "expected only texts in __metadata__");
        file->metadata[file->metadata_count++] = (struct tensor_metadata){
            arena_copy(&file->arena, key), arena_copy(&file->arena, json_string_value(value))};
    }
    return STATUS_OK;
}

static enum status read_header(struct tensor_file *file, json_t *header, struct section data,
                               struct error *error) {
    file->tensors = ARENA_ARRAY(&file->arena, struct tensor, json_object_size(header) + 1);
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry) {
        if (!json_is_object(entry))
            return broken_tensor(file, name, "expected an object with dtype, shape, data_offsets",
                                 error);
        if (strcmp(name, "__metadata__") == 0)
            TRY(read_metadata(file, entry, error));
        else
            TRY(read_tensor(file, data, name, entry, &file->tensors[file->tensor_count++], error));
    }
    TRY(check_cover(file, data, error));
    align(file);
    return STATUS_OK;
}

static enum status read_mapping(struct tensor_file *file, struct error *error) {
    unsigned char *bytes = file->mapping;
    const uint64_t size = file->mapping_bytes;
    uint64_t length = 0;
    if (size < 8)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: expected a safetensors file (a model file of matinee), found only "
                         "%" PRIu64 " bytes",
                         file->path, size);
    for (unsigned i = 0; i < 8; i++)
        length |= (uint64_t)bytes[i] << (8 * i);
    if (length > HEADER_BYTES_MAX)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: not a safetensors file (a model file of matinee): its first eight "
                         "bytes are no length of a header",
                         file->path);
    if (length > size - 8)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: truncated, or not a safetensors file: the header needs %" PRIu64
                         " bytes, the file has %" PRIu64,
                         file->path, length, size);
    json_error_t where;
    json_t *header =
        json_loadb((const char *)bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(header)) {
        json_decref(header);
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: not a safetensors file (a model file of matinee): its header is not "
                         "a JSON object",
                         file->path);
    }
    const struct section data = {bytes + 8 + length, size - 8 - length};
    const enum status status = read_header(file, header, data, error);
    json_decref(header);
    return status;
}

enum status tensor_file_open(struct tensor_file *file, const char *path, struct error *error) {
    *file = (struct tensor_file){0};
    struct files_mapping mapping;
    TRY(files_map(&mapping, path, error));
    file->path = arena_copy(&file->arena, path);
    /* Tensors are not const because a model's own are not; nobody writes to those of a file. */
    file->mapping = (void *)(uintptr_t)mapping.bytes;
    file->mapping_bytes = mapping.size;
    if (read_mapping(file, error) == STATUS_OK)
        return STATUS_OK;
    tensor_file_close(file);
    return error->status;
}

void tensor_file_close(struct tensor_file *file) {
    struct files_mapping mapping = {file->mapping, file->mapping_bytes};
    files_unmap(&mapping);
    arena_release(&file->arena);
    *file = (struct tensor_file){0};
}

const struct tensor *tensor_file_find(const struct tensor_file *file, const char *name) {
    for (size_t i = 0; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

const char *tensor_file_metadata(const struct tensor_file *file, const char *key) {
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0)
            return file->metadata[i].value;
    return NULL;
}
