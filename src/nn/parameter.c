/* parameter.c: see parameter.h. */
#include "nn/parameter.h"

void parameter_init(struct parameter *parameter, int with_transposed, struct arena *arena) {
    size_t count = parameter_count(parameter);
    /* An embedding's gradient is written from slot 0 on; what is never touched costs nothing. */
    parameter->gradient =
        parameter->index ? ARENA_ARRAY_RAW(arena, real, count) : ARENA_ARRAY(arena, real, count);
    if (with_transposed) {
        parameter->transposed = ARENA_ARRAY(arena, real, count);
        parameter_transpose(parameter, 0, parameter->rows);
    }
}

size_t parameter_count(const struct parameter *parameter) {
    return parameter->rows * parameter->columns;
}

void parameter_transpose(struct parameter *parameter, size_t begin, size_t end) {
    enum { TILE = 16 };
    size_t rows = parameter->rows, columns = parameter->columns;
    for (size_t row = begin; row < end; row += TILE)
        for (size_t column = 0; column < columns; column += TILE)
            for (size_t j = column; j < column + TILE && j < columns; j++)
                for (size_t i = row; i < row + TILE && i < end; i++)
                    parameter->transposed[j * rows + i] = parameter->weight[i * columns + j];
}

void parameter_fill_normal(struct parameter *parameter, double deviation, struct rng *rng) {
    size_t count = parameter_count(parameter);
    for (size_t i = 0; i < count; i++)
        parameter->weight[i] = (real)(deviation * rng_normal(rng));
}

void parameter_fill_uniform(struct parameter *parameter, double bound, struct rng *rng) {
    size_t count = parameter_count(parameter);
    for (size_t i = 0; i < count; i++)
        parameter->weight[i] = (real)(bound * (2 * rng_uniform(rng) - 1));
}
