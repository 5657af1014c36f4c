package org.resnet4j.data.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.resnet4j.data.Splits;

/**
 * The tar files of one folder, each a part of the same class folders.
 *
 * <p>Names that start with a split's, {@code train.tar}, {@code train-000.tar.gz}, belong to it; if
 * none starts with {@code train}, all files together are one root.
 */
record TarShards(Path folder, List<Path> tars) {
  private static final String ENDING = "\\.(tar|tar\\.gz|tgz)";

  static TarShards in(Path folder, List<Path> files) {
    return new TarShards(folder, matching(files, ".*"));
  }

  boolean haveTrain() {
    return !shards("train").isEmpty();
  }

  Splits open(String name, ClassFolders classes) {
    List<Path> train = shards("train");
    if (train.isEmpty()) {
      return classes.open(name, merged(tars));
    }
    List<Path> test =
        ClassFolders.TEST_NAMES.stream()
            .map(this::shards)
            .filter(shards -> !shards.isEmpty())
            .findFirst()
            .orElse(List.of());
    List<Path> unused = new ArrayList<>(tars);
    unused.removeAll(train);
    unused.removeAll(test);
    if (!unused.isEmpty()) {
      classes.note("not used: " + unused);
    }
    return test.isEmpty()
        ? classes.open(name, merged(train))
        : classes.open(name, merged(train), merged(test));
  }

  private Listing merged(List<Path> shards) {
    return Listing.merged(folder, shards.stream().map(TarFile::list).toList());
  }

  private List<Path> shards(String split) {
    return matching(tars, split + "([^a-z].*)?"); // No letter: training.tar is no shard of train.
  }

  private static List<Path> matching(List<Path> files, String start) {
    return files.stream()
        .filter(
            file -> file.getFileName().toString().toLowerCase(Locale.ROOT).matches(start + ENDING))
        .toList();
  }
}
