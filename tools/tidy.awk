# Reads C sources in the project's format and prints what breaks a rule: "RULE path:line: text".
#
#   awk -f tools/tidy.awk src/DEPENDENCIES tools/tidy.exceptions FILE ...
#
# RULE is one of include, size, word, header. The reader of C is as simple as clang-format's output
# allows: a definition starts in the first column, a block's brace ends its line.

BEGIN {
    LINE_MAX = 100; FILE_MAX = 800; FUNCTION_MAX = 70; PARAMETER_MAX = 6; NESTING_MAX = 4
    banned["strcpy"] = banned["strcat"] = banned["sprintf"] = banned["vsprintf"] = "snprintf"
    banned["gets"] = "fgets"
    banned["strtok"] = "strtok_r, or a slice"
    banned["atoi"] = banned["atol"] = banned["atof"] = "strtol, strtod and a check of the end"
    banned["rand"] = banned["srand"] = banned["random"] = "base/rng.h"
    allocators = "malloc calloc realloc free strdup strndup asprintf vasprintf aligned_alloc"
    split(allocators, word, " ")
    for (i in word)
        allocator[word[i]] = 1
}

function report(rule, where, text) {
    if (!((rule " " path " " subject) in exception))
        printf "%s %s:%d: %s\n", rule, path, where, text
}

# The line without comments, and with empty strings and characters.
function strip(line,    rest, token) {
    rest = ""
    while (line != "") {
        if (in_comment) {
            if (!match(line, /\*\//))
                return rest
            in_comment = 0
            line = substr(line, RSTART + 2)
        } else if (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//)) {
            token = substr(line, RSTART, RLENGTH)
            rest = rest substr(line, 1, RSTART - 1)
            if (token == "//")
                return rest
            in_comment = token == "/*"
            rest = rest (in_comment ? "" : substr(token, 1, 1) substr(token, 1, 1))
            line = substr(line, RSTART + RLENGTH)
        } else {
            return rest line
        }
    }
    return rest
}

# The number of parameters in "type name(a, b (*c)(d, e))".
function parameters(text,    i, c, depth, count, inside) {
    inside = substr(text, index(text, "(") + 1)
    if (inside ~ /^ *(void)? *\)/)
        return 0
    depth = 1
    count = 1
    for (i = 1; i <= length(inside) && depth; i++) {
        c = substr(inside, i, 1)
        depth += (c == "(") - (c == ")")
        count += (c == "," && depth == 1)
    }
    return count
}

function begin_file() {
    path = FILENAME
    folder = path
    in_src = path ~ /^src\//
    sub(/^[a-z]+\//, "", folder)
    sub(/\/.*/, "", folder)
    name = path
    sub(/.*\//, "", name)
    subject = "-"
    in_comment = depth = blocks = 0
    signature = function_name = ""
}

function end_file() {
    subject = "-"
    if (path != "" && lines > FILE_MAX)
        report("size", lines, "file of " lines " lines, at most " FILE_MAX)
}

FILENAME == ARGV[1] {
    if (match($0, /^[a-z]+:/)) {
        owner = substr($0, 1, RLENGTH - 1)
        known[owner] = allowed[owner " " owner] = 1
        for (i = 2; i <= NF; i++)
            allowed[owner " " $i] = 1
    }
    next
}
FILENAME == ARGV[2] {
    if ($0 !~ /^#/ && NF >= 4)
        exception[$1 " " $2 " " $3] = 1
    next
}

FNR == 1 {
    end_file()
    begin_file()
    if (path ~ /\.(c|h)$/ && index($0, "/* " name ":") != 1)
        report("header", 1, "the file must open with \"/* " name ": what it is\"")
}

{
    lines = FNR
    visible = $0
    gsub(/[\200-\277]/, "", visible)
    if (length(visible) > LINE_MAX && path !~ /\.def$/)
        report("size", FNR, "line of " length(visible) " columns, at most " LINE_MAX)
    if ($0 ~ /(^|[^A-Za-z_])(TODO|FIXME|XXX|HACK)([^A-Za-z_]|$)/)
        report("word", FNR, "TODO, FIXME, XXX and HACK belong into an issue")
    if ($0 ~ /^ \* .*[.;)] +(Idea|Source|Cost|Memory|Threads|Traps?|Checked)(  |$)/)
        report("header", FNR, "a heading of the comment ran into the line before")
}

# ---- Includes ----
/^#include "/ {
    split($0, quoted, "\"")
    target = quoted[2]
    other = target
    sub(/\/.*/, "", other)
    if (in_src && target !~ /\//)
        report("include", FNR, "write \"folder/file.h\", found \"" target "\"")
    else if (in_src && !((folder " " other) in allowed))
        report("include", FNR, folder "/ may not include " other "/ (src/DEPENDENCIES)")
    if (target ~ /_internal\.h$/ && other != folder)
        report("include", FNR, target " belongs to " other "/ alone")
}

{
    code = strip($0)
    sub(/[ \t]+$/, "", code)
}

# ---- Words ----
code ~ /[a-z_]+ *\(/ {
    rest = code
    while (match(rest, /[A-Za-z_0-9]+\(/)) {
        called = substr(rest, RSTART, RLENGTH - 1)
        member = substr(rest, RSTART - 1, 1) ~ /[.>]/
        rest = substr(rest, RSTART + RLENGTH)
        subject = called
        if ((called in banned) && !member)
            report("word", FNR, called "(): use " banned[called])
        if (in_src && (called in allocator) && path != "src/base/alloc.c" && !member)
            report("word", FNR, called "(): memory comes from base/arena.h or base/alloc.h")
        subject = "-"
    }
}
# Engine code says user and item; films are known to the layers that meet people.
in_src && folder ~ /^(base|kernels|sparse|graph|nn|split|ann|metrics|http)$/ &&
        code ~ /(^|[^A-Za-z])([Mm]ovie|[Ff]ilm)s?([^A-Za-z]|$)/ {
    report("word", FNR, folder "/ knows items, not films")
}

# ---- Functions ----
{
    if (code ~ /^#/)
        next
    if (depth == 0) {
        if (signature == "")
            signature_line = FNR
        signature = signature " " code
    }
    braces = code
    while (match(braces, /[{}]/)) {
        brace = substr(braces, RSTART, 1)
        before = substr(braces, 1, RSTART - 1)
        braces = substr(braces, RSTART + 1)
        if (brace == "}") {
            if (depth > 0 && kind[depth] == "block")
                blocks--
            depth -= depth > 0
            continue
        }
        depth++
        kind[depth] = "list"
        if (depth == 1 && signature ~ /\)[^=;]*\{/ &&
            signature !~ /^ *(struct|enum|union)[^(]*\{/) {
            function_name = signature
            sub(/^ *__attribute__\(\([^{]*\)\)\) */, "", function_name)
            sub(/ *\(.*/, "", function_name)
            sub(/.*[ *]/, "", function_name)
            kind[depth] = "block"
            blocks++
            function_line = signature_line
            subject = function_name
            count = parameters(substr(signature, index(signature, function_name "(")))
            if (count > PARAMETER_MAX)
                report("size", FNR, function_name "() has " count " parameters, at most " \
                       PARAMETER_MAX)
            subject = "-"
        } else if (function_name != "" && braces == "" && before !~ /=[ ]*$|[^ ]$/) {
            kind[depth] = "block"
            blocks++
            subject = function_name
            if (blocks - 1 == NESTING_MAX + 1)
                report("size", FNR, function_name "() nests deeper than " NESTING_MAX)
            subject = "-"
        }
    }
    if (depth == 0) {
        if (function_name != "") {
            subject = function_name
            if (FNR - function_line + 1 > FUNCTION_MAX)
                report("size", function_line, function_name "() has " FNR - function_line + 1 \
                       " lines, at most " FUNCTION_MAX)
            subject = "-"
        }
        if (code ~ /[;}]$/ || code == "") {
            # A prototype, or a member that is a function, is held to the same number.
            if (function_name == "" && signature ~ /[a-z_0-9]\([^{}=]*\)[^{}=]*;$/) {
                prototype = signature
                sub(/__attribute__\(\(format\(printf, [0-9], [0-9]\)\)\)/, "", prototype)
                count = parameters(prototype)
                if (count > PARAMETER_MAX)
                    report("size", FNR, "prototype with " count " parameters, at most " \
                           PARAMETER_MAX)
            }
            signature = function_name = ""
        }
    }
}

END { end_file() }
