/* reader.c: the list of readers, and the frame around each. See reader.h. */
#include "dataset/reader.h"

#include <string.h>

#include "base/alloc.h"

#define READER(name) extern const struct reader_ops reader_##name;
#include "dataset/readers.def"
#undef READER

static const struct reader_ops *const readers[] = {
#define READER(name) &reader_##name,
#include "dataset/readers.def"
#undef READER
};

const struct reader_ops *reader_at(size_t index) {
    return index < sizeof readers / sizeof readers[0] ? readers[index] : NULL;
}

const struct reader_ops *reader_find(const char *name) {
    for (size_t i = 0; reader_at(i); i++)
        if (strcmp(reader_at(i)->name, name) == 0)
            return reader_at(i);
    return NULL;
}

const struct reader_ops *reader_for(const struct volume *volume, int *confidence) {
    const struct reader_ops *best = NULL;
    *confidence = 0;
    for (size_t i = 0; reader_at(i); i++) {
        int sure = reader_at(i)->probe(volume);
        if (sure > *confidence) {
            best = reader_at(i);
            *confidence = sure;
        }
    }
    return best;
}

enum status reader_read(const struct reader_ops *ops, const struct volume *volume,
                        size_t memory_bytes, struct dataset **out, struct error *error) {
    struct dataset *dataset = alloc_zeroed(1, sizeof *dataset);
    struct assembly assembly;
    assembly_init(&assembly, dataset, volume);
    if (memory_bytes > 0)
        assembly.memory_bytes = memory_bytes;
    enum status status = ops->read(&assembly, error);
    if (status == STATUS_OK) {
        assembly_seal(&assembly);
        dataset->name = arena_copy(&dataset->arena, volume->name);
        dataset->source = arena_copy(&dataset->arena, volume->path);
        dataset->reader = ops->name;
        *out = dataset;
    }
    assembly_release(&assembly);
    if (status != STATUS_OK)
        dataset_close(dataset);
    return status;
}
