package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import java.util.zip.CRC32;

/** A zip archive of uncompressed entries, each starting at a multiple of 64 bytes. */
final class ZipWriter {
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_LENGTH = 30;
  private static final int CENTRAL_LENGTH = 46;
  private static final int UTF_8_NAMES = 1 << 11;
  private static final short VERSION = 20;

  /** 1 January 1980, so that the same tensors make the same bytes. */
  private static final short FIRST_DAY = 0x21;

  /** PyTorch's extra field of padding. */
  private static final short PADDING = 0x4246;

  private static final int MOST_ENTRIES = 65_534;
  private static final long LONGEST = 0xffff_fffeL;

  private final Map<String, ByteBuffer> contents;
  private final ByteBuffer directory;
  private long position;

  /** Takes the contents by name; nothing is copied. */
  ZipWriter(Map<String, ByteBuffer> contents) {
    this.contents = contents;
    long length = 0;
    int names = 0;
    for (Map.Entry<String, ByteBuffer> entry : contents.entrySet()) {
      names += CENTRAL_LENGTH + entry.getKey().getBytes(UTF_8).length;
      length += LOCAL_LENGTH + 2 * ALIGNMENT + entry.getValue().remaining();
    }
    if (contents.size() > MOST_ENTRIES || length + 2L * names > LONGEST) {
      throw new IllegalArgumentException(
          "%d tensors in %d bytes are more than a plain zip archive holds; write safetensors"
              .formatted(contents.size(), length));
    }
    this.directory = littleEndian(names + 22);
  }

  void write(WritableByteChannel channel) throws IOException {
    for (Map.Entry<String, ByteBuffer> entry : contents.entrySet()) {
      ByteBuffer head = head(entry.getKey(), entry.getValue().duplicate());
      position += head.remaining() + entry.getValue().remaining();
      AtomicFile.writeFully(channel, head);
      AtomicFile.writeFully(channel, entry.getValue().duplicate());
    }
    int length = directory.position();
    directory.putInt(0x06054b50).putInt(0);
    directory.putShort((short) contents.size()).putShort((short) contents.size());
    directory.putInt(length).putInt((int) position).putShort((short) 0);
    AtomicFile.writeFully(channel, directory.flip());
  }

  /** The entry's header, padded; puts the entry into the directory, too. */
  private ByteBuffer head(String name, ByteBuffer content) {
    byte[] encoded = name.getBytes(UTF_8);
    int size = content.remaining();
    CRC32 sum = new CRC32();
    sum.update(content);
    ByteBuffer common = littleEndian(26);
    common.putShort(VERSION).putShort((short) UTF_8_NAMES).putShort((short) 0);
    common.putShort((short) 0).putShort(FIRST_DAY);
    common.putInt((int) sum.getValue()).putInt(size).putInt(size);
    common.putShort((short) encoded.length).flip();
    int begin = LOCAL_LENGTH + encoded.length + 4;
    int padding = (int) (-(position + begin) & (ALIGNMENT - 1));
    directory.putInt(0x02014b50).putShort(VERSION).put(common.duplicate());
    directory.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    directory.putInt(0).putInt((int) position).put(encoded);
    ByteBuffer head = littleEndian(begin + padding);
    head.putInt(0x04034b50).put(common).putShort((short) (4 + padding)).put(encoded);
    head.putShort(PADDING).putShort((short) padding).put("Z".repeat(padding).getBytes(UTF_8));
    return head.flip();
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
