/* vectors_file.c: see vectors_file.h. The form of .npy: numpy.lib.format, version 1.0: magic,
 * length of the header, a dictionary of Python padded with spaces to a multiple of 64 bytes, the
 * numbers row by row, little endian. Checked by tests/text/test_encoder.c. */
#include "text/vectors_file.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "nn/tensor.h"

static bool is_npy(const char *path) {
    const size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

static enum status write_npy(const char *path, const struct vectors_file *content,
                             struct error *error) {
    char head[128];
    memset(head, ' ', sizeof head);
    const uint16_t rest = sizeof head - 10;
    memcpy(head, "\x93NUMPY\x01\x00", 8);
    head[8] = (char)(rest & 0xff);
    head[9] = (char)(rest >> 8);
    const int length =
        snprintf(head + 10, rest, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }",
                 content->count, content->dimension);
    head[10 + length] = ' ';
    head[sizeof head - 1] = '\n';
    struct files_writer writer;
    TRY(files_writer_open(&writer, path, error));
    TRY(files_writer_write(&writer, head, sizeof head, error));
    TRY(files_writer_write(&writer, content->vectors,
                           content->count * content->dimension * sizeof *content->vectors, error));
    return files_writer_commit(&writer, error);
}

static enum status write_safetensors(const char *path, const struct vectors_file *content,
                                     struct error *error) {
    /* Nobody writes to what is only saved. */
    const struct tensor vectors = {.name = "embeddings",
                                   .type = TENSOR_F32,
                                   .rank = 2,
                                   .shape = {content->count, content->dimension},
                                   .data = (void *)(uintptr_t)content->vectors};
    const struct tensor ids = {.name = "ids",
                               .type = TENSOR_U8,
                               .rank = 1,
                               .shape = {content->ids ? strlen(content->ids) : 0},
                               .data = (void *)(uintptr_t)content->ids};
    const struct tensor *const list[] = {&vectors, &ids};
    const struct tensor_metadata metadata[] = {{"encoder", content->encoder},
                                               {"key", content->key}};
    return tensor_file_write(path, list, content->ids ? 2 : 1, metadata, content->key ? 2 : 1,
                             error);
}

enum status vectors_file_write(const char *path, const struct vectors_file *content,
                               struct error *error) {
    return is_npy(path) ? write_npy(path, content, error) : write_safetensors(path, content, error);
}

bool vectors_file_has(const char *path, const char *key) {
    struct tensor_file file;
    struct error error;
    if (!files_is_regular(path) || is_npy(path) ||
        tensor_file_open(&file, path, &error) != STATUS_OK)
        return false;
    const char *found = tensor_file_metadata(&file, "key");
    const bool same = found && strcmp(found, key) == 0;
    tensor_file_close(&file);
    return same;
}
