/* tensor.c: shapes and sizes of tensors. Files of them are in tensor_file.c. See tensor.h. */
#include "nn/tensor.h"

#include <string.h>

#include "base/assert.h"

size_t tensor_type_bytes(enum tensor_type type) {
    switch (type) {
    case TENSOR_F64:
    case TENSOR_I64:
    case TENSOR_U64:
        return 8;
    case TENSOR_F32:
    case TENSOR_I32:
    case TENSOR_U32:
        return 4;
    case TENSOR_BF16:
        return 2;
    case TENSOR_U8:
    case TENSOR_I8:
        return 1;
    }
    assert_failed("a known type of tensor", __FILE__, __LINE__);
}

void tensor_make(struct tensor *tensor, enum tensor_type type, size_t rows, size_t columns,
                 struct arena *arena) {
    tensor->type = type;
    tensor->rank = columns > 0 ? 2 : 1;
    tensor->shape[0] = rows;
    tensor->shape[1] = columns;
    tensor->data = arena_alloc(arena, tensor_bytes(tensor));
}

void tensor_make_copy(struct tensor *tensor, enum tensor_type type, size_t count, const void *data,
                      struct arena *arena) {
    tensor_make(tensor, type, count, 0, arena);
    if (count > 0)
        memcpy(tensor->data, data, tensor_bytes(tensor));
}

size_t tensor_count(const struct tensor *tensor) {
    size_t count = tensor->rank > 0 || tensor->data;
    for (unsigned i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

size_t tensor_bytes(const struct tensor *tensor) {
    return tensor_count(tensor) * tensor_type_bytes(tensor->type);
}
