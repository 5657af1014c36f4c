package org.resnet4j.data.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.resnet4j.data.source.SyntheticFiles.gzip;
import static org.resnet4j.data.source.SyntheticFiles.png;
import static org.resnet4j.data.source.TarBytes.utf8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.data.DataException;

@Timeout(60)
class TarFileTest {
  private static final byte[] PNG = png(10);

  @TempDir Path folder;

  private Listing list(byte[] tar) throws IOException {
    return TarFile.list(Files.write(folder.resolve("x.tar"), tar));
  }

  private void refuses(byte[] tar, String... parts) {
    assertThatThrownBy(() -> list(tar))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(folder.resolve("x.tar") + ": not a sound tar file, at byte ")
        .message()
        .contains(parts);
  }

  private static List<String> paths(Listing listing) {
    return listing.images().stream().map(StoredImage::path).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 99, 100, 101, 155, 200, 255, 256, 257, 5000})
  void reads_long_names_as_posix_and_as_gnu_write_them(int length) throws IOException {
    String name = "a/" + "é".repeat((length - 1) / 2) + "x".repeat(1 + (length - 1) % 2) + ".png";
    for (boolean gnu : new boolean[] {true, false}) {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      entries.put(name, PNG);
      entries.put("b/1.png", png(20));
      Path tar = folder.resolve("long.tar");
      SyntheticFiles.tar(tar, entries, gnu);

      Listing listing = TarFile.list(tar);

      assertThat(paths(listing)).containsExactly(name, "b/1.png");
      assertThat(listing.images().get(0).read()).isEqualTo(PNG);
      assertThat(listing.images().get(1).read()).isEqualTo(png(20));
    }
  }

  @Test
  void reads_the_prefix_of_posix() throws IOException {
    byte[] tar = new TarBytes().entry('0', "1.png", PNG).ended();
    byte[] block = Arrays.copyOf(tar, 512);
    System.arraycopy(utf8("a/deep"), 0, block, 345, 6);
    System.arraycopy(TarBytes.summed(block), 0, tar, 0, 512);

    assertThat(paths(list(tar))).containsExactly("a/deep/1.png");
  }

  @Test
  void reads_sizes_in_binary_and_in_attributes() throws IOException {
    byte[] size = new byte[12];
    size[0] = (byte) 0x80;
    size[10] = (byte) (PNG.length >> 8);
    size[11] = (byte) PNG.length;
    byte[] tar =
        new TarBytes()
            .header('0', "a/1.png", new String(size, ISO_8859_1))
            .content(PNG)
            .attribute("size=" + PNG.length)
            .header('0', "a/2.png", "00000000000\0")
            .content(PNG)
            .entry('0', "a/3.png", PNG)
            .ended();

    Listing listing = list(tar);

    assertThat(paths(listing)).containsExactly("a/1.png", "a/2.png", "a/3.png");
    for (StoredImage image : listing.images()) {
      assertThat(image.read()).isEqualTo(PNG);
    }
  }

  @Test
  void reads_attributes_that_hold_line_ends_and_ignores_those_of_all_entries() throws IOException {
    byte[] tar =
        new TarBytes()
            .entry('g', "pax", utf8("14 path=b/2.png"))
            .attribute("comment=two\nlines")
            .entry('0', "a/1.png", PNG)
            .ended();

    assertThat(paths(list(tar))).containsExactly("a/1.png");
  }

  @ParameterizedTest
  @ValueSource(chars = {'1', '2', '3', '4', '6', 'V', 'A'})
  void counts_links_devices_and_the_unknown_and_never_reads_them(char type) throws IOException {
    byte[] tar =
        new TarBytes().header(type, "a/1.png", "00000000000\0").entry('0', "a/2.png", PNG).ended();

    Listing listing = list(tar);

    assertThat(paths(listing)).containsExactly("a/2.png");
    assertThat(listing.others()).isEqualTo(1);
  }

  @Test
  void expects_no_content_of_a_link_whatever_size_it_states() throws IOException {
    byte[] tar =
        new TarBytes().header('1', "a/1.png", "00000002000\0").entry('0', "a/2.png", PNG).ended();

    assertThat(paths(list(tar))).containsExactly("a/2.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../a/1.png", "a/../1.png", "/a/1.png", "a\\1.png", "a/\u001b[31m1.png", "./"})
  void counts_names_that_lead_out_of_the_archive_or_deceive(String name) throws IOException {
    byte[] tar = new TarBytes().entry('0', name, PNG).entry('0', "a/2..png", PNG).ended();

    assertThat(paths(list(tar))).containsExactly("a/2..png");
  }

  @Test
  void knows_folders_by_their_kind_and_in_old_archives_by_their_name() throws IOException {
    byte[] tar = new TarBytes().entry('5', "a", new byte[0]).entry('\0', "b/", new byte[0]).ended();

    assertThat(list(tar).folders()).containsExactly("a", "b");
  }

  @Test
  void refuses_sizes_that_are_negative_too_long_or_no_numbers() {
    refuses(new TarBytes().header('0', "a/1.png", "\u00ff".repeat(12)).ended(), "negative");
    refuses(
        new TarBytes().header('0', "a/1.png", "\u00bf" + "\u00ff".repeat(11)).ended(), "beyond");
    refuses(new TarBytes().header('0', "a/1.png", "-0000000001\0").ended(), "a number is none");
    TarBytes digits = new TarBytes().attribute("size=" + "9".repeat(60_000));
    refuses(digits.entry('0', "a/1.png", PNG).ended(), "too long");
    TarBytes minus = new TarBytes().attribute("size=-1").entry('0', "a/1.png", PNG);
    refuses(minus.ended(), "a number is none");
  }

  @Test
  void refuses_names_and_attributes_longer_than_any_file_system_has() {
    for (char type : new char[] {'L', 'x'}) {
      TarBytes tar = new TarBytes().header(type, "x", "10000000000\0");
      refuses(tar.ended(), "1073741824 bytes, at most 65536 are read");
    }
  }

  @Test
  void refuses_damaged_attributes() {
    for (String text :
        new String[] {"path", " \n", "0 path=x\n", "2 path=x\n", "8 path=x\n", "11 path=x\n"}) {
      TarBytes tar = new TarBytes().entry('x', "x", utf8(text)).entry('0', "a/1.png", PNG);
      refuses(tar.ended(), "at byte 1536: the attributes of an entry are damaged");
    }
    TarBytes tar = new TarBytes().entry('x', "x", utf8("x path=x\n"));
    refuses(tar.entry('0', "a/1.png", PNG).ended(), "a number is none");
  }

  @Test
  void refuses_sparse_entries() {
    refuses(new TarBytes().header('S', "a/1.png", "00000000000\0").ended(), "--sparse");
    TarBytes tar = new TarBytes().attribute("GNU.sparse.major=1");
    refuses(tar.entry('0', "a/1.png", PNG).ended(), "--sparse");
  }

  @Test
  void follows_a_long_chain_of_headers_without_running_out_of_stack() {
    for (char type : new char[] {'L', 'x', 'g', 'K'}) {
      TarBytes tar = new TarBytes();
      for (int i = 0; i < 20_000; i++) {
        tar.header(type, "x", "00000000000\0");
      }
      refuses(tar.unended(), "at byte 10240000: it ends early");
    }
  }

  @Test
  void refuses_a_wrong_checksum_and_a_missing_magic() {
    byte[] tar = new TarBytes().entry('0', "a/1.png", PNG).entry('0', "a/2.png", PNG).ended();
    byte[] renamed = tar.clone();
    renamed[1024] = 'b';
    refuses(renamed, "at byte 1536: the checksum of a header is wrong");
    byte[] other = tar.clone();
    other[1024 + 257] = 'U';
    refuses(other, "at byte 1536: no header of POSIX or GNU tar");
  }

  @Test
  void refuses_an_archive_that_ends_anywhere_before_its_end_mark() {
    byte[] tar = new TarBytes().entry('0', "a/1.png", PNG).entry('0', "a/2.png", PNG).unended();
    for (int length = 0; length < tar.length; length += 31) {
      refuses(Arrays.copyOf(tar, length), "it ends early, it is truncated");
    }
  }

  @Test
  void lists_an_image_that_is_too_large_and_fails_when_it_is_read() throws IOException {
    int most = StoredImage.MOST_BYTES;
    byte[] tar =
        new TarBytes()
            .entry('0', "a/1.png", new byte[most + 1])
            .entry('0', "a/2.png", new byte[most])
            .ended();

    List<StoredImage> images = list(tar).images();

    assertThatThrownBy(images.get(0)::read)
        .isInstanceOf(IOException.class)
        .hasMessage("%d bytes, at most %d are read", most + 1, most);
    assertThat(images.get(1).read()).hasSize(most);
  }

  @Test
  void keeps_the_images_of_a_gzipped_archive_in_memory() throws IOException {
    byte[] tar =
        new TarBytes()
            .entry('0', "a/1.png", PNG)
            .entry('0', "a/notes.txt", new byte[700])
            .entry('0', "a/2.png", png(20))
            .ended();

    Listing listing = list(gzip(tar));
    Files.delete(folder.resolve("x.tar"));

    assertThat(paths(listing)).containsExactly("a/1.png", "a/2.png");
    assertThat(listing.images().get(0).read()).isEqualTo(PNG);
    assertThat(listing.images().get(1).read()).isEqualTo(png(20));
    assertThat(listing.images().get(1)).hasToString(folder.resolve("x.tar") + ":a/2.png");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refuses_a_gzipped_archive_whose_images_do_not_fit_the_memory() throws IOException {
    byte[] tar = new TarBytes().entry('0', "a/1.png", PNG).entry('0', "a/2.png", PNG).ended();
    Path file = Files.write(folder.resolve("x.tar"), gzip(tar));

    assertThat(TarFile.list(file, 2L * PNG.length).images()).hasSize(2);
    assertThatThrownBy(() -> TarFile.list(file, 2L * PNG.length - 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not fit the memory")
        .hasMessageContaining("gunzip it");
  }

  @Test
  void refuses_a_gzipped_archive_cut_off_or_damaged() throws IOException {
    byte[] tar = gzip(new TarBytes().entry('0', "a/1.png", PNG).ended());

    byte[] damaged = tar.clone();
    damaged[tar.length - 8] ^= 1;

    for (byte[] bad : List.of(damaged, Arrays.copyOf(tar, tar.length - 12))) {
      assertThatThrownBy(() -> list(bad))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(folder.resolve("x.tar") + ": cannot be read (");
    }
    refuses(Arrays.copyOf(tar, 60), "Unexpected end of ZLIB input stream");
  }

  @Test
  void refuses_a_gzip_bomb_before_it_is_expanded() throws IOException {
    byte[] bomb = gzip(new TarBytes().entry('0', "a/zeros.bin", new byte[50 << 20]).ended());

    refuses(bomb, "expands to more than 100 times its size");
    refuses(
        gzip(new TarBytes().entry('0', "a/zeros.png", new byte[20 << 20]).ended()), "100 times");
  }

  @Test
  void refuses_more_entries_than_any_data_set_has() {
    ListingBuilder listing = new ListingBuilder(folder, 3);
    listing.folder("a");
    listing.file("a/.hidden", new StoredImage.InFolder(folder, "a/.hidden"));
    listing.other();

    assertThatThrownBy(listing::other)
        .isInstanceOf(DataException.class)
        .hasMessage("%s: more than 3 entries; name the folder of the images", folder);
  }
}
