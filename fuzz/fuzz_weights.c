/* fuzz_weights.c: any bytes as the weights of a very small BERT. What opens must encode without
 * reading outside; the numbers may be anything. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "kernels/halves.h"
#include "nn/tensor.h"
#include "text/minilm_forward.h"
#include "text/minilm_weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct minilm_config config = {.layers = 1,
                                                .width = 4,
                                                .heads = 2,
                                                .inner = 6,
                                                .positions = 3,
                                                .types = 1,
                                                .pieces = 5,
                                                .epsilon = 1e-12f};
    static const uint32_t ids[] = {2, 4, 3, 2, 3};
    static const size_t starts[] = {0, 3, 5};
    const int descriptor = memfd_create("weights", MFD_CLOEXEC);
    ASSERT(descriptor >= 0);
    ASSERT(write(descriptor, data, size) == (ssize_t)size);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    struct arena arena = {0};
    struct tensor_file file;
    struct minilm_weights weights;
    struct error error;
    if (tensor_file_open(&file, path, &error) == STATUS_OK) {
        float vectors[2 * 4];
        for (enum encoder_precision p = ENCODER_F32; p <= ENCODER_INT8; p++) {
            if (p == ENCODER_BF16 && !halves())
                continue;
            weights = (struct minilm_weights){.config = config, .precision = p};
            if (minilm_weights_read(&weights, &file, &arena, &error) == STATUS_OK)
                minilm_forward(&weights, &(struct minilm_group){ids, starts, 2}, vectors);
            else
                ASSERT(strstr(error.text, path));
        }
        tensor_file_close(&file);
    }
    arena_release(&arena);
    close(descriptor);
    return 0;
}
