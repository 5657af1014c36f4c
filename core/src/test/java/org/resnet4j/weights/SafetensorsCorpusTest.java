package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged and hostile files; the verdicts are those of the Rust library, or stricter. */
class SafetensorsCorpusTest {
  private static final String W = "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource({"lengths", "texts", "fields", "layouts"})
  void refuses(byte[] content, String message) throws IOException {
    Path file = Files.write(folder.resolve("bad.safetensors"), content);
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  static Stream<Arguments> lengths() {
    return Stream.of(
        bad("no bytes", new byte[0], "0 bytes are no safetensors file"),
        bad("one byte", new byte[1], "1 bytes are no safetensors file"),
        bad("seven bytes", new byte[7], "7 bytes are no safetensors file"),
        bad("no header", framed(0, new byte[0]), "the header must start with {"),
        bad("longer than the file", framed(9, new byte[8]), "9 bytes but only 8 follow; the file"),
        bad("above the limit", framed(100_000_001, new byte[8]), "header of 100000001 bytes"),
        bad("at the limit", framed(100_000_000, new byte[8]), "100000000 bytes but only 8 follow"),
        bad("2^63 - 1", framed(Long.MAX_VALUE, new byte[8]), "header of 9223372036854775807 bytes"),
        bad("negative", framed(-1, new byte[8]), "header of 18446744073709551615 bytes"),
        bad("a zip file", "PK\3\4 and so on".getBytes(UTF_8), "may be no safetensors file"));
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        bad("an array", header("[]", 0), "must start with {"),
        bad("a space first", header(" {}", 0), "must start with {"),
        bad("a byte order mark", header("\ufeff{}", 0), "must start with {"),
        bad("zeros", framed(8, new byte[8]), "must start with {"),
        bad("latin-1", file("{\"\u00e9\":1}".getBytes(ISO_8859_1), 0), "header is not UTF-8"),
        bad("utf-16", file("{}".getBytes(UTF_16LE), 0), "not valid JSON (line 1, column 2)"),
        bad("cut off", header("{", 0), "not valid JSON"),
        bad("a comment", header("{/**/}", 0), "not valid JSON"),
        bad("a comma too many", header("{" + W + ",}", 4), "not valid JSON"),
        bad("single quotes", header("{'w':1}", 0), "not valid JSON"),
        bad("trailing text", header("{}x", 0), "not valid JSON"),
        bad("a second object", header("{}{}", 0), "something follows the header's closing brace"),
        bad("a key twice", header("{" + W + "," + W + "}", 4), "Duplicate"),
        bad(
            "a key twice, once escaped",
            header("{" + W + "," + W.replace("\"w\"", "\"\\u0077\"") + "}", 4),
            "Duplicate"),
        bad("a field twice", header(tensor("\"dtype\":\"F32\",\"dtype\":\"F32\""), 4), "Duplicate"),
        bad("half a surrogate in a name", header("{\"\\ud800\":{}}", 0), "Broken surrogate pair"),
        bad(
            "half a surrogate in a text",
            header("{\"__metadata__\":{\"a\":\"\\udc00\"}}", 0),
            "\"a\": metadata has half a surrogate pair"),
        bad("deep", header("{\"w\":" + "[".repeat(100_000) + "}", 0), "must be an object"),
        bad(
            "deep in a shape",
            header(tensor("\"shape\":" + "[".repeat(100_000)), 0),
            "shape must be at most 64 whole numbers"),
        bad("a long name", header("{\"" + "x".repeat(2000) + "\":1}", 0), "not valid JSON"),
        bad("too many tensors", header(many(100_001), 0), "more than 100000 tensors"),
        bad("a million tensors", header(many(1_000_000), 0), "more than 100000 tensors"),
        bad("too many texts", header(texts(10_001), 0), "more than 10000 texts"),
        bad("a million texts", header(texts(1_000_000), 0), "more than 10000 texts"),
        bad(
            "a text of 5 MB",
            header("{\"__metadata__\":{\"a\":\"" + "x".repeat(5_000_000) + "\"}}", 0),
            "not valid JSON"));
  }

  static Stream<Arguments> fields() {
    String shape = "\"shape\":[1],\"data_offsets\":[0,4]";
    String offsets = "\"dtype\":\"F32\",\"data_offsets\":[0,4],";
    String dtype = "\"dtype\":\"F32\",\"shape\":[1],";
    return Stream.of(
        bad("a number for a tensor", header("{\"w\":1}", 0), "\"w\": must be an object"),
        bad("null for a tensor", header("{\"w\":null}", 0), "\"w\": must be an object"),
        bad(
            "unknown dtype",
            header(tensor("\"dtype\":\"F33\"," + shape), 4),
            "unknown dtype \"F33\""),
        bad(
            "small dtype",
            header(tensor("\"dtype\":\"f32\"," + shape), 4),
            "unknown dtype \"f32\""),
        bad("dtype is a number", header(tensor("\"dtype\":1," + shape), 4), "dtype must be a text"),
        bad("no dtype", header(tensor(shape), 4), "\"w\": dtype is missing"),
        bad(
            "no shape",
            header(tensor("\"dtype\":\"F32\",\"data_offsets\":[0,4]"), 4),
            "shape is missing"),
        bad(
            "no offsets",
            header(tensor("\"dtype\":\"F32\",\"shape\":[1]"), 4),
            "offsets is missing"),
        bad("unknown field", header(tensor(dtype + "\"a\":1"), 4), "\"w\": unknown field \"a\""),
        bad(
            "shape is a number",
            header(tensor(offsets + "\"shape\":1"), 4),
            "shape must be an array"),
        bad(
            "negative length",
            header(tensor(offsets + "\"shape\":[-1]"), 4),
            "shape: -1 is negative"),
        bad("float length", header(tensor(offsets + "\"shape\":[1.0]"), 4), "64 whole numbers"),
        bad("text length", header(tensor(offsets + "\"shape\":[\"1\"]"), 4), "64 whole numbers"),
        bad("huge length", header(tensor(offsets + "\"shape\":[9223372036854775808]"), 4), "range"),
        bad("30 digits", header(tensor(offsets + "\"shape\":[" + "9".repeat(30) + "]"), 4), "JSON"),
        bad(
            "65 axes",
            header(tensor(offsets + "\"shape\":[1" + ",1".repeat(64) + "]"), 4),
            "64 whole"),
        bad(
            "one offset",
            header(tensor(dtype + "\"data_offsets\":[0]"), 4),
            "two numbers, there are 1"),
        bad("three offsets", header(tensor(dtype + "\"data_offsets\":[0,4,4]"), 4), "there are 3"),
        bad(
            "negative offset",
            header(tensor(dtype + "\"data_offsets\":[-4,0]"), 4),
            "-4 is negative"),
        bad("metadata is a text", header("{\"__metadata__\":\"a\"}", 0), "must be an object"),
        bad(
            "metadata of a number",
            header("{\"__metadata__\":{\"a\":1}}", 0),
            "\"a\": metadata must be a text"),
        bad(
            "deep metadata",
            header("{\"__metadata__\":{\"a\":{}}}", 0),
            "\"a\": metadata must be a text"),
        bad("metadata twice", header("{\"__metadata__\":{},\"__metadata__\":{}}", 0), "Duplicate"));
  }

  static Stream<Arguments> layouts() {
    return Stream.of(
        bad("past the end", header("{" + W + "}", 3), "need 4 bytes but 3 follow the header"),
        bad("no data", header("{" + W + "}", 0), "need 4 bytes but 0 follow the header"),
        bad(
            "a zip archive behind the tensors",
            behind(header("{" + W + "}", 4), Pickles.zip(Pickles.dict(Pickles.TENSOR))),
            "the rest belongs to no tensor"),
        bad("trailing bytes", header("{" + W + "}", 5), "the rest belongs to no tensor"),
        bad(
            "not from 0",
            two(4, 8, 8, 12, 12),
            "\"a\": begins at 4 but what comes before it ends at 0"),
        bad(
            "a hole",
            two(0, 4, 8, 12, 12),
            "\"b\": begins at 8 but what comes before it ends at 4"),
        bad(
            "an overlap",
            two(0, 4, 2, 6, 6),
            "\"b\": begins at 2 but what comes before it ends at 4"),
        bad("one place for two", two(0, 4, 0, 4, 4), "\"b\": begins at 0"),
        bad("reversed", two(0, 4, 8, 4, 8), "\"b\": begins at 8 but ends at 4"),
        bad("too short", two(0, 3, 3, 7, 7), "\"a\": F32[1] needs 4 bytes but its offsets span 3"),
        bad("too long", two(0, 8, 8, 12, 12), "\"a\": F32[1] needs 4 bytes but its offsets span 8"),
        bad("2^31 x 2^33", shaped("[2147483648,8589934592]"), "is too large for any file"),
        bad("2^62 x 4 x 0", shaped("[4611686018427387904,4,0]"), "is too large for any file"),
        bad("a wrap to 4 bytes", shaped("[4611686018427387905]"), "is too large for any file"),
        bad(
            "two gigabytes",
            header(
                "{\"w\":{\"dtype\":\"U8\",\"shape\":[2147483648],\"data_offsets\":[0,2147483648]}}",
                0),
            "a tensor may have at most 2147483647"));
  }

  @ParameterizedTest
  @MethodSource
  void accepts(byte[] content, int tensors) throws IOException {
    Path file = Files.write(folder.resolve("good.safetensors"), content);
    assertThat(Safetensors.read(file).entries()).hasSize(tensors);
  }

  static Stream<Arguments> accepts() {
    String empty = "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}";
    return Stream.of(
        Arguments.of(Named.of("no tensor", header("{}", 0)), 0),
        Arguments.of(Named.of("trailing white space", header("{" + W + "} \n ", 4)), 1),
        Arguments.of(Named.of("offsets not in order of names", two(4, 8, 0, 4, 8)), 2),
        Arguments.of(
            Named.of(
                "empty tensors at one offset",
                header("{\"a\":" + empty + ",\"b\":" + empty + "," + W + "}", 4)),
            3),
        Arguments.of(Named.of("a scalar", header("{" + W.replace("[1]", "[]") + "}", 4)), 1),
        Arguments.of(Named.of("as many tensors as allowed", header(many(100_000), 0)), 100_000));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(lengths(), texts(), fields(), layouts()).flatMap(s -> s);
  }

  private static Arguments bad(String name, byte[] content, String message) {
    return Arguments.of(Named.of(name, content), message);
  }

  private static String tensor(String fields) {
    return "{\"w\":{" + fields + "}}";
  }

  private static byte[] shaped(String shape) {
    return header("{" + W.replace("[1]", shape) + "}", 4);
  }

  private static byte[] two(int a, int aEnd, int b, int bEnd, int data) {
    String slot = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}";
    String json = "{\"a\":" + slot + ",\"b\":" + slot + "}";
    return header(json.formatted(a, aEnd, b, bEnd), data);
  }

  private static String many(int tensors) {
    return IntStream.range(0, tensors)
        .mapToObj(i -> "\"" + i + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String texts(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"" + i + "\":\"\"")
        .collect(Collectors.joining(",", "{\"__metadata__\":{", "}}"));
  }

  private static byte[] behind(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] header(String json, int data) {
    return file(json.getBytes(UTF_8), data);
  }

  private static byte[] file(byte[] header, int data) {
    return framed(header.length, Arrays.copyOf(header, header.length + data));
  }

  private static byte[] framed(long length, byte[] rest) {
    return ByteBuffer.allocate(8 + rest.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(rest)
        .array();
  }
}
