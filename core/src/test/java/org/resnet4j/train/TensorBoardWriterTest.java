package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardWriterTest {
  @TempDir private Path folder;

  @Test
  void starts_with_the_version() throws IOException {
    TensorBoardWriter.open(folder.resolve("new"), 1.5e9 + 0.25).close();
    List<ByteBuffer> records = TensorBoardFile.records(onlyFile(folder.resolve("new")));
    assertThat(records).hasSize(1);
    Map<Integer, Object> event = TensorBoardFile.message(records.get(0));
    assertThat(event).containsOnlyKeys(1, 3);
    assertThat(event).containsEntry(1, 1.5e9 + 0.25);
    assertThat(TensorBoardFile.text(event.get(3))).isEqualTo("brain.Event:2");
  }

  @Test
  void is_named_as_tensorboard_looks_for_it() throws IOException {
    TensorBoardWriter.open(folder, 1.5e9).close();
    assertThat(onlyFile(folder).getFileName().toString())
        .startsWith("events.out.tfevents.1500000000.")
        .endsWith("." + ProcessHandle.current().pid() + ".0");
  }

  @Test
  void starts_another_file_for_another_run_in_the_same_second() throws IOException {
    TensorBoardWriter.open(folder, 1.5e9).close();
    TensorBoardWriter.open(folder, 1.5e9).close();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::toString).sorted().map(name -> name.substring(name.length() - 2)))
          .containsExactly(".0", ".1");
    }
  }

  @Test
  void writes_scalars_that_can_be_read_at_once() throws IOException {
    try (TensorBoardWriter writer = TensorBoardWriter.open(folder, 10)) {
      writer.scalar("train/loss", 0, 2.5, 11);
      writer.scalar("r\u00e9glage", 1L << 40, Double.NaN, 12.5);
      List<ByteBuffer> records = TensorBoardFile.records(onlyFile(folder));
      assertThat(records).hasSize(3);
      assertScalar(records.get(1), "train/loss", 0, 2.5f, 11);
      assertScalar(records.get(2), "r\u00e9glage", 1L << 40, Float.NaN, 12.5);
    }
  }

  @Test
  void frames_records_as_the_python_package_does() throws IOException {
    TensorBoardWriter.open(folder, 10).close();
    // RecordWriter of tensorboard 2.21.0 with Event(wall_time=10, file_version="brain.Event:2").
    assertThat(onlyFile(folder))
        .hasBinaryContent(
            HexFormat.of()
                .parseHex(
                    "1800000000000000a37f4b220900000000000024401a0d6272"
                        + "61696e2e4576656e743a3218f632a7"));
  }

  @Test
  void refuses_a_scalar_after_its_end() throws IOException {
    TensorBoardWriter writer = TensorBoardWriter.open(folder, 10);
    writer.close();
    assertThatThrownBy(() -> writer.scalar("a", 0, 0, 0))
        .isInstanceOf(ClosedChannelException.class);
  }

  private static void assertScalar(
      ByteBuffer record, String tag, long step, float value, double wallSeconds) {
    Map<Integer, Object> event = TensorBoardFile.message(record);
    assertThat(event).containsOnlyKeys(1, 2, 5);
    assertThat(event).containsEntry(1, wallSeconds).containsEntry(2, step);
    Map<Integer, Object> summary = TensorBoardFile.message((ByteBuffer) event.get(5));
    Map<Integer, Object> point = TensorBoardFile.message((ByteBuffer) summary.get(1));
    assertThat(TensorBoardFile.text(point.get(1))).isEqualTo(tag);
    assertThat(point).containsEntry(2, value).hasSize(2);
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> list = files.toList();
      assertThat(list).hasSize(1);
      return list.get(0);
    }
  }
}
