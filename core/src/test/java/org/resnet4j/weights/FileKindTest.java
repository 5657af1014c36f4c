package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What people hand over for weights by mistake. */
class FileKindTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("refusals")
  void says_what_a_file_seems_to_be(byte[] content, String message) throws IOException {
    Path file = Files.write(folder.resolve("weights.pth"), content);
    assertThatThrownBy(() -> Weights.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        kind("no byte", "", "the file is empty"),
        kind(
            "a git-lfs pointer", "version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        kind("a web page", "\n<!DOCTYPE html><html>", "is a web page, perhaps what a failed"),
        kind("a web page without a type", "<HTML><body>404", "is a web page"),
        kind("gzip", "\037\213\10\0\0\0\0\0\0\3", "is compressed by gzip; unpack it first"),
        kind("HDF5", "\211HDF\r\n\032\n\0\0", "is an HDF5 file, as Keras writes"),
        kind("NumPy", "\223NUMPY\1\0", "is a NumPy array, which has no names"),
        kind("ONNX", "\10\10\22\7pytorch\32\0062.15.0:", "may be an ONNX model"),
        kind("another pickle", "\200\4\225\0\0", "is a Python pickle, but not one of PyTorch's"),
        kind("a tar archive", "storages" + "\0".repeat(249) + "ustar\00000", "is a tar archive"),
        kind("a text", "hello, world", "is neither a safetensors file nor a PyTorch checkpoint"),
        kind("one byte", "\1", "is neither a safetensors file nor a PyTorch checkpoint"));
  }

  @Test
  void says_that_a_folder_is_none() {
    assertThatThrownBy(() -> Weights.load(folder))
        .isInstanceOf(WeightsException.class)
        .hasMessage(folder + ": cannot be read: it is a folder or device, not a file");
  }

  private static Arguments kind(String name, String start, String message) {
    return Arguments.of(Named.of(name, start.getBytes(ISO_8859_1)), message);
  }
}
