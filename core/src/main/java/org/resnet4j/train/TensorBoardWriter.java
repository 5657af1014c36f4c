package org.resnet4j.train;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Scalars as a TensorBoard event file.
 *
 * <p>Records are framed as TFRecord: length, its masked CRC-32C, data, its masked CRC-32C; the data
 * is an {@code Event} message of tensorflow/core/util/event.proto in protobuf's wire format.
 */
final class TensorBoardWriter implements AutoCloseable {
  // Field numbers and wire types: (number << 3) | type; 0 varint, 1 eight bytes, 2 bytes, 5 four.
  private static final int EVENT_WALL_TIME = (1 << 3) | 1;
  private static final int EVENT_STEP = 2 << 3;
  private static final int EVENT_FILE_VERSION = (3 << 3) | 2;
  private static final int EVENT_SUMMARY = (5 << 3) | 2;
  private static final int SUMMARY_VALUE = (1 << 3) | 2;
  private static final int VALUE_TAG = (1 << 3) | 2;
  private static final int VALUE_SIMPLE = (2 << 3) | 5;

  private final OutputStream out;

  TensorBoardWriter(Path folder) throws IOException {
    long now = System.currentTimeMillis();
    String name =
        "events.out.tfevents.%d.resnet4j.%d.0".formatted(now / 1000, ProcessHandle.current().pid());
    out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)));
    Message version = new Message().fixed64(EVENT_WALL_TIME, now / 1e3);
    record(version.bytes(EVENT_FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Adds one value.
   *
   * @param tag the curve, e.g. {@code test/top1}
   * @param wallSeconds since 1970
   */
  void scalar(String tag, long step, double value, double wallSeconds) throws IOException {
    Message scalar =
        new Message()
            .bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8))
            .fixed32(VALUE_SIMPLE, (float) value);
    Message summary = new Message().bytes(SUMMARY_VALUE, scalar.toByteArray());
    record(
        new Message()
            .fixed64(EVENT_WALL_TIME, wallSeconds)
            .varint(EVENT_STEP, step)
            .bytes(EVENT_SUMMARY, summary.toByteArray()));
  }

  void flush() throws IOException {
    out.flush();
  }

  private void record(Message event) throws IOException {
    byte[] data = event.toByteArray();
    byte[] length = little(8).putLong(data.length).array();
    out.write(length);
    out.write(little(4).putInt(maskedCrc(length)).array());
    out.write(data);
    out.write(little(4).putInt(maskedCrc(data)).array());
  }

  /** Rotated and shifted, as TFRecord does so that a CRC of a CRC is harmless. */
  private static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** A protobuf message in the making. */
  private static final class Message {
    private final ByteArrayOutputStream fields = new ByteArrayOutputStream();

    Message varint(int key, long value) {
      fields.write(key);
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        fields.write((int) (rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      fields.write((int) rest);
      return this;
    }

    Message fixed64(int key, double value) {
      fields.write(key);
      fields.writeBytes(little(8).putDouble(value).array());
      return this;
    }

    Message fixed32(int key, float value) {
      fields.write(key);
      fields.writeBytes(little(4).putFloat(value).array());
      return this;
    }

    Message bytes(int key, byte[] value) {
      varint(key, value.length);
      fields.writeBytes(value);
      return this;
    }

    byte[] toByteArray() {
      return fields.toByteArray();
    }
  }
}
