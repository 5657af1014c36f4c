package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * An event file of scalars for TensorBoard.
 *
 * <p>Records are framed as TFRecord ({@code tensorflow/core/lib/io/record_writer.h}) and hold
 * {@code Event} messages ({@code tensorflow/core/util/event.proto}). Each one is in the file when
 * the call returns, so a page that is open shows a run as it goes.
 */
final class TensorBoardWriter implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";

  private static final long SESSION_START = 1; // SessionLog.SessionStatus.START

  // Protobuf: a field's tag is its number, shifted by three, and its wire type.
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final FileChannel channel;

  private TensorBoardWriter(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Starts a new file in a folder, which is made if need be.
   *
   * @param wallSeconds the time, in seconds since 1970
   */
  static TensorBoardWriter open(Path folder, double wallSeconds) throws IOException {
    Files.createDirectories(folder);
    TensorBoardWriter writer = new TensorBoardWriter(create(folder, (long) wallSeconds));
    Message event = new Message().fixed64(1, wallSeconds).bytes(3, VERSION.getBytes(UTF_8));
    try {
      writer.record(event.toByteArray());
    } catch (IOException e) {
      writer.close();
      throw e;
    }
    return writer;
  }

  /** TensorBoard finds the file by "tfevents" and sorts by the seconds; the last number is free. */
  private static FileChannel create(Path folder, long seconds) throws IOException {
    String name =
        "events.out.tfevents.%010d.%s.%d."
            .formatted(seconds, host(), ProcessHandle.current().pid());
    for (int number = 0; ; number++) {
      try {
        return FileChannel.open(
            folder.resolve(name + number), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException taken) {
        // Another run started here within the same second.
      }
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * Adds one point to a curve.
   *
   * @param tag the curve's name; a slash puts it in a group
   * @param value stored as a 32-bit float
   * @param wallSeconds the time, in seconds since 1970
   */
  void scalar(String tag, long step, double value, double wallSeconds) throws IOException {
    Message point = new Message().bytes(1, tag.getBytes(UTF_8)).fixed32(2, (float) value);
    Message summary = new Message().bytes(1, point.toByteArray());
    Message event =
        new Message().fixed64(1, wallSeconds).varint(2, step).bytes(5, summary.toByteArray());
    record(event.toByteArray());
  }

  /**
   * Says that a run goes on: TensorBoard forgets what other files of the folder say of that step
   * and later ones.
   *
   * @param wallSeconds the time, in seconds since 1970
   */
  void goesOnAt(long step, double wallSeconds) throws IOException {
    Message start = new Message().varint(1, SESSION_START);
    Message event =
        new Message().fixed64(1, wallSeconds).varint(2, step).bytes(7, start.toByteArray());
    record(event.toByteArray());
  }

  private void record(byte[] data) throws IOException {
    ByteBuffer frame =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    frame.putLong(data.length);
    frame.putInt(maskedCrc(frame.array(), Long.BYTES));
    frame.put(data);
    frame.putInt(maskedCrc(data, data.length));
    frame.flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  /** Masked, since the checksum of data that hold a checksum says little; {@code crc32c.h}. */
  private static int maskedCrc(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** A protobuf message in the making. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      put((field << 3) | VARINT);
      put(value);
      return this;
    }

    Message fixed64(int field, double value) {
      put((field << 3) | FIXED64);
      out.writeBytes(littleEndian(Double.BYTES).putDouble(value).array());
      return this;
    }

    Message fixed32(int field, float value) {
      put((field << 3) | FIXED32);
      out.writeBytes(littleEndian(Float.BYTES).putFloat(value).array());
      return this;
    }

    Message bytes(int field, byte[] value) {
      put((field << 3) | BYTES);
      put(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void put(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    private static ByteBuffer littleEndian(int length) {
      return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
